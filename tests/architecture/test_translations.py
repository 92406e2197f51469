"""Every string can be translated, and English is complete. Chinese is the source text itself."""

import ast
import re

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.architecture.source import ROOT, dotted, modules

CATALOGUE = ROOT / "webapp/translations/en/LC_MESSAGES/messages.po"
KEYWORDS: dict[str, None] = dict.fromkeys(["_", "N_", "gettext", "lazy_gettext"])
CHINESE = re.compile(r"[\u3400-\u9fff]")
PLACE = re.compile(r"%\((\w+)\)[sd]")

# Texts that are data, not surface: they hold both languages, or are a shop's own words.
DATA = (
    "webapp.cli",  # the operator's terminal: both languages side by side, before any shop has a language
    "webapp.web.i18n",  # the languages' own names, and date patterns that belong to one language
    "webapp.web.coupon_words",  # the units of a ticket and a date pattern that belong to one language
    "webapp.member.paging",  # a date pattern that belongs to one language
    "webapp.staff.reasons",  # the words for allergies in notes that staff wrote
    "webapp.web.member_words",  # the digits of the lunar calendar
    "services.dataio.rules.cells",  # what people write in spreadsheets: 农历, 女士, 无
    "services.dataio.rules.columns",  # what people call their columns, beside the words that we show
    "services.demo",  # the demo shop's own words: people, products, notes
    "services.approvals.texts",  # as messaging's
    "services.coupons.texts",  # as messaging's
    "services.checkout.texts",  # as messaging's
    "services.exports.texts",  # as messaging's
    "services.household.texts",  # as messaging's
    "services.loyalty.texts",  # as messaging's
    "services.merging.texts",  # as messaging's
    "services.messaging.texts",  # both languages: the reader is not there when it is written
    "services.segments.rules.presets",  # what is looked for in the names of products
    "services.shared.pinyin",  # words whose characters are read in another way than alone
    "services.stores.settings",  # defaults that are the shop's own words
    "services.members.rules",  # the letters of surnames that are read in another way
    "services.signin.texts",  # as messaging's
    "services.wallet.texts",  # as messaging's
)


def _extracted() -> dict[str, str]:
    methods = [("services/**.py", "python"), ("webapp/**.py", "python"), ("webapp/templates/**.html", "jinja2")]
    options = {"webapp/templates/**.html": {"trimmed": "true", "encoding": "utf-8"}}
    keywords = dict.fromkeys(KEYWORDS) | {"ngettext": (1, 2)}
    found: dict[str, str] = {}
    for folder in ("services", "webapp"):
        patterns = [
            (pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods if pattern.startswith(folder)
        ]
        chosen = {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()}
        for file, line, message, _, _ in extract_from_dir(ROOT / folder, patterns, chosen, keywords):
            for text in message if isinstance(message, tuple) else (message,):
                found.setdefault(str(text), f"{folder}/{file}:{line}")
    return found


def test_english_says_everything() -> None:
    with CATALOGUE.open("rb") as file:
        english = read_po(file, locale="en")
    missing = []
    for text, place in _extracted().items():
        entry = english.get(text)
        if entry is None or not entry.string or entry.fuzzy:
            missing.append(f"{place}: {text}")
        elif isinstance(entry.string, str) and CHINESE.search(entry.string) and "中文" not in entry.string:
            missing.append(f"{place}: still Chinese: {entry.string}")
    assert not missing, f"{len(missing)} texts without English, e.g. {missing[:8]}"


def test_a_percent_sign_stands_alone_nowhere() -> None:
    """Templates fill every text (`text % {…}`): a bare sign breaks the page in that language."""
    with CATALOGUE.open("rb") as file:
        english = read_po(file, locale="en")
    texts = [
        text or ""
        for entry in english
        for told in (entry.id, entry.string)
        for text in (told if isinstance(told, list | tuple) else (told,))
    ]
    wrong = [text for text in texts if "%" in PLACE.sub("", text.replace("%%", ""))]
    assert not wrong, wrong


def test_both_languages_have_the_same_places() -> None:
    with CATALOGUE.open("rb") as file:
        english = read_po(file, locale="en")
    wrong = [
        entry.id
        for entry in english
        if entry.id
        and isinstance(entry.id, str)
        and set(PLACE.findall(entry.id)) != set(PLACE.findall(str(entry.string)))
    ]
    assert not wrong


def test_the_catalogue_keeps_nothing_that_is_not_said_any_more() -> None:
    with CATALOGUE.open("rb") as file:
        english = read_po(file, locale="en")
    said = _extracted().keys()
    spoken = {entry.id[0] if isinstance(entry.id, tuple) else entry.id for entry in english if entry.id}
    assert spoken <= said, sorted(map(str, spoken - said))[:8]


def test_templates_say_nothing_outside_of_gettext() -> None:
    wrong = []
    for path in sorted((ROOT / "webapp/templates").rglob("*.html")):
        bare = re.sub(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", _blank, path.read_text(), flags=re.DOTALL)
        for number, line in enumerate(bare.splitlines(), 1):
            if CHINESE.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:60]}")
    assert not wrong


def _blank(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


def test_python_says_nothing_outside_of_gettext() -> None:
    wrong = []
    for module in modules("services", "webapp"):
        if module.name.startswith(DATA):
            continue
        wrapped = _wrapped(module.tree) | _docstrings(module.tree)
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in wrapped:
                continue
            if CHINESE.search(node.value):
                wrong.append(f"{module.name}:{node.lineno}: {node.value[:40]}")
    assert not wrong


def _wrapped(tree: ast.AST) -> set[int]:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    words = {*KEYWORDS, "ngettext", "blueprint", "Blueprint"}
    marked = (call for call in calls if dotted(call.func).rsplit(".", 1)[-1] in words)
    return {id(part) for call in marked for part in ast.walk(call)}


def _docstrings(tree: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
    return found
