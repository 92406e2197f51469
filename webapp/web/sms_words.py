"""Words about codes by SMS."""

from flask_babel import gettext as _

from services.shared.words import N_
from services.sms import texts
from services.sms.models import SmsMessage

_PROVIDERS = {"aliyun": N_("阿里云"), "tencent": N_("腾讯云")}
_REGIONS = {"ap-guangzhou": N_("广州"), "ap-beijing": N_("北京"), "ap-nanjing": N_("南京")}
_TONES = {"sent": "success", "refused": "error", "failed": "error", "over_budget": "warning", "expired": "warning"}


def providers() -> list[tuple[str, str]]:
    """The providers to choose from."""
    return [(key, str(_(words))) for key, words in _PROVIDERS.items()]


def region(key: str) -> str:
    """The name of a region."""
    return str(_(_REGIONS[key]))


def told(row: SmsMessage) -> tuple[str, str, str]:
    """A message's state in words, its tone, and why: what a provider's code means beside the code itself."""
    meaning = texts.meaning_of(row.reason)
    own = row.reason in {"abroad", "not_configured", "no_answer"}
    why = " · ".join(part for part in (str(_(meaning)) if meaning else "", "" if own else row.reason or "") if part)
    return str(_(texts.STATES[row.state])), _TONES.get(row.state, ""), why
