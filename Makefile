# Changke 常客: the front door. Needs git, make and python3-venv; everything else is fetched by hash into .venv and node_modules.
# A step is done again when what it reads has changed (its hash stands in .venv/.done), so a second start takes seconds.

PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= var
DB ?= sqlite

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export VIRTUAL_ENV := $(CURDIR)/.venv
COMPILE := uv pip compile pyproject.toml -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 --no-header --group build

# Once the tests' tools are in, they stay: a later `make serve` must not take them out again.
KIND = $(if $(wildcard .venv/.done/tools),dev,run)
LOCK = $(if $(filter dev,$(KIND)),requirements-dev.lock,requirements.lock)
NPM_OMIT = $(if $(filter dev,$(KIND)),,--omit=dev)

# $(call once,NAME,INPUTS,COMMANDS): COMMANDS, unless INPUTS (a command that prints them) are what they were after the last success.
define once
	@inputs() { { $(2); } 2>/dev/null | sha256sum; }; \
	if [ "$$(inputs)" != "$$(cat '.venv/.done/$(1)' 2>/dev/null)" ]; then \
		set -e; echo "· $(1)"; $(3); mkdir -p .venv/.done; inputs > '.venv/.done/$(1)'; \
	fi
endef
contents = find $(1) -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
locked_uv = sed -n '/^uv==/,/[^\\]$$/p' requirements.lock

.PHONY: help serve install build test check bench soak pictures lock messages clean environment libraries tools system

help: ## this list
	@echo "Changke 常客"
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1~\2/' | awk -F'~' '{printf "%-16s %s\n", $$1, $$2}'
	@echo
	@echo "Variables of make and of the environment: PORT=$(PORT) DATA=$(DATA) HOST=$(HOST) DEMO=1 PUBLIC_ORIGIN= TLS=local"
	@echo "DATABASE_URL= REDIS_URL= … (README.md, Configuration)"

serve: export PORT := $(PORT)
serve: export WEB_PORT := $(PORT)
serve: export HOST := $(HOST)
serve: export DATA := $(DATA)
serve: export DEMO := $(or $(DEMO),1)
serve: install ## install what is missing, migrate, make the demo shop (DEMO=0: the set-up wizard), serve until Ctrl-C
	@set -e; if [ "$$DEMO" = 0 ]; then changke migrate; else changke demo; fi; \
	[ -f "$$DATA/demo.json" ] || export DEMO=0; \
	exec honcho start -e /dev/null

install: environment libraries build ## everything that `serve` needs, without starting it

environment:
	$(call once,virtual environment,echo $(CURDIR); $(PYTHON) -V, \
		base="$$($(PYTHON) -c 'import sys; assert (3, 11) <= sys.version_info < (3, 14); print(sys._base_executable)')" \
			|| { echo "Python 3.11 to 3.13 is needed: make PYTHON=python3.12 …"; exit 1; }; \
		"$$base" -m venv --clear .venv || { echo "Run this first: apt install python3-venv"; exit 1; })
	$(call once,uv,$(locked_uv), \
		$(locked_uv) > .venv/uv.txt; \
		python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt)
	$(call once,python packages,cat $(LOCK) pyproject.toml, \
		uv pip sync -q --compile-bytecode --require-hashes $(LOCK); \
		uv pip install -q --no-deps --no-build-isolation -e .)

libraries: environment
	$(call once,front-end libraries,echo $(KIND); cat package.json package-lock.json .npmrc; ls -d node_modules, \
		npm ci --ignore-scripts --no-audit --no-fund --loglevel=error $(NPM_OMIT))

build: environment libraries ## the front end (styles, scripts, worker, icons) and the translations
	$(call once,front end,node -v; cat package-lock.json; $(call contents,webapp/frontend webapp/templates); ls webapp/static/dist/manifest.json, \
		node webapp/frontend/build.mjs)
	$(call once,translations,$(call contents,webapp/translations), \
		[ ! -d webapp/translations ] || pybabel -q compile -d webapp/translations)

tools:
	@$(MAKE) --no-print-directory KIND=dev build
	@touch .venv/.done/tools

system:
	@$(PYTHON) -m tests.kit.system

test: system tools ## every test (DB=postgresql: on PostgreSQL); installs the Debian packages they need, or says which
	@DB=$(DB) python -m pytest -n auto $(ARGS)

check: tools ## format, lint, types, layers, templates, scripts, migrations
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	djlint webapp/templates --lint --quiet
	node --test 'tests/js/*.test.mjs'
	python -m pytest -q tests/architecture

bench: tools ## the product beside bare loops that do the same writes, as ratios
	@python -m tests.bench $(ARGS)

soak: tools ## the long forms of the fault and property tests
	@python -m tests.soak $(ARGS)

pictures: system tools ## take the pictures of the apps anew: for the install dialog and the README (for developers)
	@CHANGKE_KEEP_PICTURES=1 python -m pytest -q tests/browser/test_apps.py

lock: environment ## pin the newest allowed versions of everything, by hash (for developers)
	$(COMPILE) --upgrade -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock -o requirements-dev.lock
	npm install --package-lock-only --ignore-scripts
	@python -c "import json, pathlib; file = pathlib.Path('package-lock.json'); lock = json.loads(file.read_text()); \
		[each.pop('funding', None) for each in lock['packages'].values()]; file.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + chr(10))"

messages: environment ## collect the texts to translate into webapp/translations, and print what lacks English (for developers)
	@pybabel -q extract -F webapp/translations/babel.cfg -k N_ -k lazy_gettext -k ngettext:1,2 --no-location --omit-header --sort-output -o .venv/messages.pot .
	@pybabel -q update --no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap -i .venv/messages.pot -d webapp/translations
	@for po in webapp/translations/*/LC_MESSAGES/messages.po; do \
		language=$${po#webapp/translations/}; \
		printf 'msgid ""\nmsgstr ""\n"Language: %s\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n' "$${language%%/*}" | cat - "$$po" | sed '$${/^$$/d;}' > .venv/messages.po; \
		cp .venv/messages.po "$$po"; \
	done
	@awk '/^msgid / { said = substr($$0, 7) } FNR > 2 && /^msgstr ""$$/ { print FILENAME ": " said; left++ } \
		END { print left ? left " texts to translate" : "Every text is translated" }' webapp/translations/*/LC_MESSAGES/messages.po

clean: ## remove what was installed and built; the shop's data stays
	rm -rf .venv node_modules webapp/static/dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find webapp/translations -name '*.mo' -delete 2>/dev/null || true

