"""What the house keeps (architecture.md): each test is one of its rules."""

import ast
import re

from flask import Flask

from services import wiring
from services.shared.events import Event
from tests.architecture.source import ROOT, Module, dotted, modules

# Others use a domain through these. `models` are named in joins and types; `jobs`, `reactions` and `checks` are for wiring alone.
FACES = {
    "commands",
    "queries",
    "events",
    "schemas",
    "errors",
    "permissions",
    "setting",
    "settings",
    "models",
    "texts",
    "rules",
}
# Wiring sees everything by its nature; the worker runs the jobs by hand when it runs until idle.
EVERYWHERE = {"services.wiring", "webapp.cli.work"}


def _is_kernel(module: Module) -> bool:
    return module.name.startswith("services.shared")


def test_a_domain_shows_others_only_its_open_faces() -> None:
    """Others import commands, queries, schemas, events, errors, permissions; models only to name columns in joins; rules are pure."""
    wrong = []
    for module in modules("services", "webapp"):
        for name in module.imported():
            parts = name.split(".")
            if parts[0] != "services" or len(parts) < 3 or parts[1] in {"shared", "demo", module.domain}:
                continue
            if parts[2] not in FACES and module.domain != "demo" and module.name not in EVERYWHERE:
                wrong.append(f"{module.name} imports {name}")
    assert not wrong


def test_only_the_kernel_commits() -> None:
    wrong = [
        f"{module.name}:{call.lineno}"
        for module in modules("services", "webapp")
        for call in module.calls()
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit" and not _is_kernel(module)
    ]
    assert not wrong


def test_there_is_one_clock() -> None:
    banned = re.compile(r"(datetime\.(now|utcnow|today)|date\.today|time\.time)$")
    wrong = [
        f"{module.name}:{call.lineno}"
        for module in modules("services", "webapp")
        for call in module.calls()
        if banned.search(dotted(call.func)) and module.name != "services.shared.clock"
    ]
    assert not wrong


def test_money_is_never_a_float() -> None:
    """No float in a rule, a schema or a model; `Decimal` neither: fen are whole numbers."""
    wrong = []
    for module in modules("services"):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Name) or node.id not in {"float", "Decimal"}:
                continue
            if module.room in {"rules", "schemas", "models", "commands", "queries"}:
                wrong.append(f"{module.name}:{node.lineno}")
    assert not wrong


def test_nothing_leaves_the_building_but_by_the_one_door() -> None:
    packages = {"requests", "urllib3", "httpx", "aiohttp", "socket", "ftplib", "smtplib", "telnetlib", "websockets"}
    asks_for_our_own = {"services.shared.config", "webapp.cli.addresses"}  # what this machine is called
    wrong = [
        f"{module.name} imports {name}"
        for module in modules("services", "webapp")
        for name in module.imported()
        if (name.split(".")[0] in packages or name.startswith(("urllib.request", "http.client")))
        and module.name not in asks_for_our_own | {"services.shared.http"}
    ]
    assert not wrong


def test_a_limit_is_asked_through_the_edge_which_gives_the_reading_back_first() -> None:
    """A limit has a transaction of its own: a request that still held its snapshot would wait for a second connection."""
    own = {f"limits.{verb}" for verb in ("spend", "require_room", "clear", "give_back")}
    wrong = [
        f"{module.name}:{call.lineno}"
        for module in modules("webapp")
        for call in module.calls()
        if dotted(call.func) in own and module.name != "webapp.web.edge"
    ]
    assert not wrong


def test_every_route_has_a_guard(app: Flask) -> None:
    wrong = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "api-docs.openapi_json" and not _guard(app.view_functions[rule.endpoint])
    ]
    assert not wrong


def _guard(view: object) -> str:
    found = view
    while found is not None:
        if hasattr(found, "__guard__"):
            return str(found.__guard__)
        found = getattr(found, "__wrapped__", None)
    return ""


def _events() -> dict[str, type[Event]]:
    return {event.__name__: event for event in Event.__subclasses__()}


def test_every_event_is_wired_or_named_silent() -> None:
    silent: frozenset[str] = getattr(wiring, "SILENT", frozenset())
    unheard = {name for name, event in _events().items() if event not in wiring.REACTIONS} - silent
    assert not unheard


def test_every_command_leaves_an_audit_line() -> None:
    """A public function of a commands module records itself, or calls one that does."""
    recording: set[str] = {"audit.record"}
    functions = [
        (module, function)
        for module in modules("services")
        if module.room == "commands" and module.domain not in {"audit", "shared"}
        for function in module.functions()
    ]
    for _ in range(4):  # commands that call commands that call commands
        for _module, function in functions:
            calls = {dotted(call.func) for call in ast.walk(function) if isinstance(call, ast.Call)}
            short = {name.rsplit(".", 1)[-1] for name in calls}
            if calls & {"audit.record"} or short & recording:
                recording.add(function.name)
    unaudited = {
        f"{module.name}.{function.name}"
        for module, function in functions
        if not function.name.startswith(("_", "is_", "require_")) and function.name not in recording
    }
    assert unaudited <= wiring.UNAUDITED.keys(), unaudited - wiring.UNAUDITED.keys()
    assert wiring.UNAUDITED.keys() <= unaudited, "an exception that is none any more"


def test_pure_rules_know_neither_session_nor_clock() -> None:
    banned = ("sqlalchemy", "flask", "services.shared.clock", "services.shared.database", "services.stores.queries")
    wrong = [
        f"{module.name} imports {name}"
        for module in modules("services")
        if module.room == "rules"
        for name in module.imported()
        if name.startswith(banned)
    ]
    assert not wrong


def test_every_module_and_public_function_says_what_it_is() -> None:
    wrong = []
    for module in modules("services", "webapp", "migrations"):
        if not ast.get_docstring(module.tree):
            wrong.append(module.name)
        for node in module.tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]
                wrong.append(f"{module.name}.{node.name}")  # type: ignore[attr-defined]
    assert not wrong


def test_oracles_in_tests_import_no_rule_of_the_product() -> None:
    oracles = [
        module for module in modules("tests") if "oracle" in module.name or module.name.startswith("tests.bench.floor")
    ]
    wrong = [f"{o.name} imports {name}" for o in oracles for name in o.imported() if ".rules" in name]
    assert not wrong


def test_no_file_of_the_product_outgrows_its_reader() -> None:
    """A file longer than 320 lines wants to be split by meaning; wiring and settings are lists."""
    lists = {"services.stores.settings", "services.wiring"}
    long = {
        module.name: length
        for module in modules("services", "webapp")
        if (length := len(module.path.read_text().splitlines())) > 320 and module.name not in lists
    }
    assert not long


def test_no_template_styles_or_scripts_inline() -> None:
    """The content policy has nonces only: a `style=""` or an `onclick=""` would simply not work."""
    wrong = []
    for path in sorted((ROOT / "webapp/templates").rglob("*.html")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"\s(style|on[a-z]+|hx-on[:a-z-]*)=[\"']", line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}")
    assert not wrong


def test_what_a_browser_test_waits_for_is_a_function() -> None:
    """The driver evaluates an expression anew at each frame, which our content policy forbids: it only works when true at once."""
    waits = re.compile(r"wait_for_function\(\s*f?[\"'](?!\(\) =>|async)")
    wrong = [
        str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests").rglob("*.py")) if waits.search(path.read_text())
    ]
    assert not wrong
