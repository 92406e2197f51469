"""A rule says no. Refusals carry a stable `code` for machines and a translatable text for people.

The web edge turns them into an answer: `status` is the HTTP status the API shape (api.md) gives to this kind of refusal.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.shared.words import N_


class Refusal(Exception):  # noqa: N818 (a refusal is an answer, not an error)
    """Something that was asked for is not done, for a reason that can be told.

    `code` is snake_case and stable; `text` is a msgid with `%(name)s` places that `params` fill.
    """

    status = 409
    code = "conflict"
    text = N_("现在不能这样做")

    def __init__(self, code: str | None = None, text: str | None = None, /, **params: Any) -> None:
        self.code = code or self.code
        self.text = text or self.text
        self.params = params
        super().__init__(self.text % params if params else self.text)


class NotFound(Refusal):
    """There is no such thing, or the caller may not see it (the answer is the same)."""

    status = 404
    code = "not_found"
    text = N_("没有找到")


class Forbidden(Refusal):
    """The caller is known but lacks the permission."""

    status = 403
    code = "forbidden"
    text = N_("没有这个权限，请找店长")


class Gone(Refusal):
    """It existed and is over: an expired code, a used link."""

    status = 410
    code = "gone"
    text = N_("已经过期了")


class TooMany(Refusal):
    """A limit on guesses or cost is reached. `retry_after` is in seconds."""

    status = 429
    code = "too_many"
    text = N_("试得太频繁了，请稍后再来")

    def __init__(self, code: str | None = None, text: str | None = None, /, *, retry_after: int, **params: Any) -> None:
        super().__init__(code, text, retry_after=retry_after, **params)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """The machine cannot do it now; trying again later helps."""

    status = 503
    code = "unavailable"
    text = N_("系统正忙，请再试一次")


class Clash(Refusal):
    """Somebody did the same at the same moment and was first: the look that found it free was a moment too early."""

    status = 409
    code = "clash"
    text = N_("刚好有人同时改了这里，请再试一次")


class Invalid(Refusal):
    """Bad input. `errors` maps a field's name to the msgids to show beside it."""

    status = 422
    code = "invalid"
    text = N_("请检查标出的地方")

    def __init__(
        self,
        errors: Mapping[str, Sequence[str]] | None = None,
        code: str | None = None,
        text: str | None = None,
        **params: Any,
    ) -> None:
        super().__init__(code, text, **params)
        self.errors = {field: list(words) for field, words in (errors or {}).items()}
