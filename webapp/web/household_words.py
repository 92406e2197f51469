"""A household in words, in both apps: who somebody is, what they may take, why nothing of it may be used now."""

from flask import Flask
from flask_babel import gettext as _

from services.household.rules import KINSHIPS, Limits
from services.shared.words import N_
from webapp.web.wallet_words import yuan

_STOPPED = {
    "paused": N_("已暂停"),
    "off": N_("店里停用了"),
    "frozen": N_("消费已冻结"),
    "cooling": N_("刚换手机，暂停一天"),
    "unproven": N_("手机号要先证明"),
}


def init_app(app: Flask) -> None:
    """Register the filters: `kinship|kinship_words`, `limits|limits_words`, `stopped|stopped_words`; and `kinships()`, to choose from."""
    app.jinja_env.globals.update(kinships=kinships)
    app.jinja_env.filters.update(
        kinship_words=kinship_words, limits_words=limits_words, stopped_words=lambda why: str(_(_STOPPED[why]))
    )


def kinship_words(kinship: str) -> str:
    """配偶, 爷爷奶奶/外公外婆, 其他家人."""
    return str(_(KINSHIPS[kinship]))


def kinships() -> list[tuple[str, str]]:
    """Each with its words. A filter behind a constant would be worked out once, in the language of whoever came first."""
    return [(each, kinship_words(each)) for each in KINSHIPS]


def limits_words(limits: Limits) -> str:
    """储值一天 ¥100、一次 ¥80 · 积分."""
    stored = _("储值一天 %(day)s、一次 %(once)s", day=yuan(limits.per_day), once=yuan(limits.per_payment))
    return " · ".join([str(stored)] * limits.wallet + [str(_("积分一起用"))] * limits.points)
