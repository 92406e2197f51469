"""Between a setting's value and what stands in a form field, or in words. Nothing here knows a setting by name but its own kind."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _

from services.stores.setting import Setting
from services.stores.settings import GROUPS, SETTINGS, Settings
from webapp.web.template_words import flat_money

OWN = "own"  # a colour that is none of the ready-made ones
# The zones that a shop is likely to be in come first; all others can be typed.
ZONES = ("Asia/Shanghai", "Asia/Hong_Kong", "Asia/Macau", "Asia/Taipei", "Asia/Urumqi", "Asia/Singapore")


def of_group(group: str) -> tuple[Setting, ...]:
    """The settings of one group; none for a group that does not exist."""
    return tuple(setting for setting in SETTINGS if setting.group == group and group in GROUPS)


@cache
def zones() -> tuple[str, ...]:
    """Every time zone, the likely ones first."""
    return (*ZONES, *sorted(available_timezones() - set(ZONES)))


def in_form(settings: tuple[Setting, ...], values: Settings, colours: Mapping[str, str]) -> dict[str, Any]:
    """What stands in the fields of a group."""
    fields: dict[str, Any] = {}
    for setting in settings:
        value = values[setting.name]
        if setting.kind == "colour":
            fields |= {"colour": value if value in colours else OWN, "own_colour": value}
        elif setting.kind == "list":
            fields[setting.name] = "\n".join(_words(setting).get(line, line) for line in value)
        else:
            fields[setting.name] = setting.show(value)
    return fields


def from_form(settings: tuple[Setting, ...], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed in the fields of a group, by the names of the settings, for the command to read."""
    return {setting.name: _from_field(setting, typed) for setting in settings}


def _from_field(setting: Setting, typed: Mapping[str, Any]) -> Any:
    if setting.kind == "switch":
        return setting.name in typed
    if setting.kind == "colour":
        return typed.get("own_colour", "") if typed.get("colour") == OWN else typed.get("colour", "")
    if setting.kind == "picture" and f"{setting.name}_none" in typed:
        return ""
    value = typed.get(setting.name, "")
    if setting.kind == "list":
        codes = {words: code for code, words in _words(setting).items()}
        return [codes.get(line.strip(), line) for line in str(value).splitlines()]
    return value


def in_words(setting: Setting, value: Any) -> str:
    """A value as people say it: ¥10.00, 开, 甜品烘焙."""
    if setting.kind == "money":
        return flat_money(value)
    if setting.kind == "switch":
        return str(_("开") if value else _("关"))
    if setting.kind == "list":
        return str(_("、")).join(_words(setting).get(line, line) for line in value)
    if setting.kind == "picture":
        return str(_("有") if value else _("没有"))
    return _words(setting).get(str(value), str(value))


def _words(setting: Setting) -> dict[str, str]:
    return {value: str(_(words)) for value, words in (setting.choices or {}).items()}


def with_typed(settings: tuple[Setting, ...], values: Settings, typed: Mapping[str, Any]) -> Settings:
    """`values` as if what was typed were saved; what cannot be read stays as it is. For previews."""
    changed = dict(values)
    for setting in settings:
        if setting.name in typed:
            try:
                changed[setting.name] = setting.read(typed[setting.name])
            except ValueError:
                continue
    return Settings(changed)
