"""Marshmallow fields that every schema shares: text, money, ids, times. One schema serves form, JSON and spreadsheet row."""

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from services.shared import money
from services.shared.words import N_

# The words marshmallow itself says, in ours.
fields.Field.default_error_messages.update(required=N_("请填写"), null=N_("请填写"), validator_failed=N_("这个值不行"))
fields.Integer.default_error_messages.update(invalid=N_("请填整数"))
fields.Boolean.default_error_messages.update(invalid=N_("请选是或否"))
validate.Length.message_min = validate.Length.message_all = validate.Length.message_equal = N_("太长或太短了")
validate.Length.message_max = N_("太长了，写短一点")
validate.Range.message_min = validate.Range.message_max = validate.Range.message_all = N_("超出了可以填的范围")


def clean(text: str) -> str:
    """The text without spaces around it, control characters and halves of characters (JSON may carry them, no database takes them)."""
    return "".join(char for char in text if (char >= " " or char == "\n") and not "\ud800" <= char <= "\udfff").strip()


class Text(fields.String):
    """Clean text. A required one may not be empty."""

    default_error_messages = {"invalid": N_("请填文字"), "empty": N_("请填写")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        cleaned = clean(text)
        if self.required and not cleaned:
            raise self.make_error("empty")
        return cleaned


class Optional(Text):
    """Text that is None when empty (a unique column that may be missing)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:  # type: ignore[override]
        return super()._deserialize(value, attr, data, **kwargs) or None


class Money(fields.Field[int]):
    """Fen inside, a decimal string with two places outside."""

    default_error_messages = {"invalid": N_("请填金额，例如 12.50"), "range": N_("金额超出了范围")}

    def __init__(self, *, least: int = 0, most: int = 100_000_000, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else money.text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not isinstance(value, str) and not (isinstance(value, int) and not isinstance(value, bool)):
            raise self.make_error("invalid")
        try:
            fen = money.parse(str(value))
        except ValueError:
            raise self.make_error("invalid") from None
        if not self.least <= fen <= self.most:
            raise self.make_error("range")
        return fen


class Whole(fields.Field[int]):
    """A whole number as JSON or as typed in a form; 2.5 is refused, not cut."""

    default_error_messages = {"invalid": N_("请填整数"), "range": N_("超出了可以填的范围")}

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        typed = str(value).strip()
        digits = typed.removeprefix("-")
        if isinstance(value, bool) or not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise self.make_error("invalid")
        if not self.least <= int(typed) <= self.most:
            raise self.make_error("range")
        return int(typed)


class Identifier(fields.Field[int]):
    """An id: a whole number inside, a string outside."""

    default_error_messages = {"invalid": N_("没有找到")}

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise self.make_error("invalid")
        return int(text)


class Complete(fields.Nested):
    """A thing inside another that is told as a whole, also where the rest of the other is changed in part."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        return super()._load(value, partial=False)


class Day(fields.Date):
    """A day, `2026-11-22`; an empty form field is none."""

    default_error_messages = {"invalid": N_("请填日期，例如 2026-11-22")}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date | None:  # type: ignore[override]
        return None if value == "" else super()._deserialize(value, attr, data, **kwargs)


class Moment(fields.Field[datetime]):
    """An aware time: ISO 8601 with offset outside, UTC inside."""

    default_error_messages = {"invalid": N_("请填时间，例如 2026-11-22T09:30:00+08:00")}

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                raise ValueError(value)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"]) from None
