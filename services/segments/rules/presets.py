"""Tags by rule that a shop may begin with, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.shared.words import N_

COLOURS: Mapping[str, str] = {
    "brand": N_("主色"), "honey": N_("蜜色"), "success": N_("绿"), "info": N_("蓝"), "warning": N_("橙"),
    "error": N_("红"), "line": N_("白"),
}  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """A tag by rule. Where there are `words` the rule is about the products that have one of them in their names: `None` in the tree."""

    key: str
    name: str
    colour: str
    grouping: str
    rule: Mapping[str, Any]
    words: tuple[str, ...] = ()


_TASTE, _WORTH, _FAMILY = N_("口味"), N_("价值"), N_("家庭")
PRESETS = (
    Preset("novelties", N_("新品爱好者"), "honey", _TASTE, {"kind": "novelties", "at_least": 2, "days": 30}),
    Preset(
        "chocolate", N_("巧克力控"), "honey", _TASTE, {"kind": "product", "one_of": None, "at_least": 3},
        ("巧克力", "可可", "生巧", "布朗尼", "chocolate"),
    ),
    Preset(
        "tiramisu", N_("提拉米苏爱好者"), "honey", _TASTE, {"kind": "product", "one_of": None, "at_least": 3},
        ("提拉米苏", "tiramisu"),
    ),
    Preset(
        "high_average", N_("高客单价"), "brand", _WORTH,
        {"all": [{"kind": "average", "at_least": "100.00"}, {"kind": "orders", "at_least": 2}]},
    ),
    Preset(
        "high_value", N_("高价值"), "brand", _WORTH, {"kind": "rfm", "one_of": ["champion", "keep"]},
    ),
    Preset(
        "weekends", N_("周末消费"), "info", _WORTH,
        {"all": [{"kind": "weekends", "at_least": 60}, {"kind": "visits", "at_least": 3}]},
    ),
    Preset(
        "dormant", N_("沉睡"), "warning", _WORTH, {"kind": "last_visit", "at_least": 60},
    ),
    Preset("early", N_("孕早期"), "success", _FAMILY, {"kind": "stage", "one_of": ["early"]}),
    Preset("mid", N_("孕中期"), "success", _FAMILY, {"kind": "stage", "one_of": ["mid"]}),
    Preset("late", N_("孕晚期"), "success", _FAMILY, {"kind": "stage", "one_of": ["late"]}),
    Preset("infant", N_("宝宝 0–6 月"), "info", _FAMILY, {"kind": "child_age", "at_most": 5}),
    Preset("baby", N_("宝宝 6–12 月"), "info", _FAMILY, {"kind": "child_age", "at_least": 6, "at_most": 11}),
)  # fmt: skip
