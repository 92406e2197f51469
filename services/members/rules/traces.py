"""How a member stands in texts that others wrote: the phone however it is grouped, the number, the name."""

import re
from collections.abc import Collection

from services.members.rules import phones
from services.shared.wiping import Traces

_BETWEEN = r"[\s\-‐–—.·()]{0,2}"
LEAST_HANDLE = 4
LEAST_NAME = 2  # a single character stands in too many other words


def traces_of(name: str, phone: str | None, handles: Collection[str]) -> Traces:
    """What to look for: also `handles` (member number, WeChat ID, e-mail addresses). `name` is empty where others have it, too."""
    hints = sorted({each for each in handles if len(each) >= LEAST_HANDLE})
    patterns = [re.escape(each) for each in hints]
    if phone:
        digits = phones.national(phone)
        country = phone.removeprefix("+").removesuffix(digits)
        hints.append(digits[-4:])  # however a number is grouped, these stand together
        patterns.append(rf"(?:\+?{country}{_BETWEEN})?" + _BETWEEN.join(digits))
    if len(name) >= LEAST_NAME:
        hints.append(name)
        patterns.append(re.escape(name))
    return Traces(tuple(hints), re.compile("|".join(patterns), re.IGNORECASE))
