"""Forms: one schema reads form and JSON; errors stand beside their field (422); nothing typed is lost."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from marshmallow import EXCLUDE, Schema, ValidationError
from sqlalchemy.orm import Session

from services.shared import ids
from services.shared.refusals import Invalid, Refusal, TooMany
from services.shared.words import N_
from webapp.web import edge, i18n


class Form:
    """What a page shows in its fields: `value(name)` as typed or as stored, `errors(name)` in the reader's language."""

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values: dict[str, Any] = dict(values or {})
        self._errors: dict[str, list[str]] = {}
        self.refusal: str | None = None
        self.code: str | None = None

    def value(self, name: str, default: Any = "") -> Any:
        """What stands in the field `name`."""
        found = self._values.get(name)
        return default if found is None else found

    def values(self, name: str) -> list[str]:
        """All values of a field that may be chosen several times."""
        found = self._values.get(name, [])
        return list(found) if isinstance(found, list) else [found]

    @property
    def all(self) -> Mapping[str, Any]:
        """Everything that was typed or is stored, by name."""
        return self._values

    def errors(self, name: str) -> list[str]:
        """What is wrong with the field `name`."""
        return self._errors.get(name, [])

    @property
    def mistakes(self) -> dict[str, list[str]]:
        """Everything that is wrong, by field; the refusal itself under the empty name (kit: `error_summary`)."""
        return self._errors | ({"": [self.refusal]} if self.refusal else {})

    @property
    def failed(self) -> bool:
        """Whether something has to be put right."""
        return bool(self._errors or self.refusal)

    def put_right(self, refusal: Refusal) -> None:
        """Take over what a refusal says."""
        if isinstance(refusal, Invalid) and refusal.errors:
            self._errors |= {name: [str(gettext(word)) for word in words] for name, words in refusal.errors.items()}
        self.refusal, self.code = i18n.translate(refusal), refusal.code


class Nothing(Schema):
    """A form that is only a button."""


def init_app(app: Flask) -> None:
    """Give templates a fresh idempotency key per form."""
    app.jinja_env.globals["new_key"] = ids.token


def load(schema: Schema | type[Schema], source: Mapping[str, Any], *, partial: bool = False) -> dict[str, Any]:
    """What `source` says, checked by `schema`. Raises Invalid with the words beside each field."""
    reader = made(schema) if isinstance(schema, type) else schema
    try:
        loaded: dict[str, Any] = reader.load(source, partial=partial, unknown=EXCLUDE)
    except ValidationError as error:
        messages: dict[str, Any] = error.messages_dict
        raise Invalid(flat(messages)) from error
    return loaded


@cache
def made(schema: type[Schema]) -> Schema:
    """The one instance of `schema`: it keeps nothing of what it reads, and making one copies every field."""
    return schema()


def flat(messages: Mapping[Any, Any], prefix: str = "") -> dict[str, list[str]]:
    """Nested error messages with dotted names: `lines.0.quantity`."""
    found: dict[str, list[str]] = {}
    for name, words in messages.items():
        path = f"{prefix}{name}"
        if isinstance(words, Mapping):
            found |= flat(words, f"{path}.")
        else:
            found[path] = [str(word) for word in words]
    return found


def sent_object() -> dict[str, Any]:
    """The JSON body as it came. Raises Invalid (422) when it is not an object."""
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # a hundred thousand brackets
        sent = None
    if not isinstance(sent, dict):
        raise Invalid({"": [N_("请求内容要是 JSON 对象")]})
    return sent


def typed() -> dict[str, Any]:
    """The submitted form: one value per name, a list where the name ends in `[]`."""
    return {
        name.removesuffix("[]"): request.form.getlist(name) if name.endswith("[]") else request.form[name]
        for name in request.form
    }


def submit(
    schema: Schema | type[Schema],
    perform: Callable[[Session, dict[str, Any]], Any],
    again: Callable[[Form], str],
    *,
    values: Mapping[str, Any] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
    first: Callable[[dict[str, Any]], None] | None = None,
    keyed: bool = True,
) -> ResponseReturnValue:
    """Read the submitted form with `schema` and write `perform(session, data)` in one transaction.

    Whatever is refused shows the page `again` with everything that was typed, the words beside the fields, and the refusal's status.
    `values` stands for the typed ones where something came along with them (uploads.take), `wrong` for mistakes found in that.
    `first(data)` comes before the write lock: counting a guess, comparing a password. It may refuse, or add to `data`; who sends the
    same form once more was asked then, and hears the stored answer.
    """
    values = typed() if values is None else values
    try:
        data = _load_all(schema, values, wrong or {})
        if first is not None and not (keyed and edge.answered()):
            first(data)
        return edge.write(lambda session: perform(session, data), keyed=keyed)
    except Refusal as refusal:
        if refusal.status >= 500:
            raise
        return refused(values, refusal, again)


def refused(values: Mapping[str, Any], refusal: Refusal, again: Callable[[Form], str]) -> Response:
    """The page `again` with what was typed and what the refusal says."""
    form = Form(values)
    form.put_right(refusal)
    response: Response = make_response(again(form), refusal.status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _load_all(
    schema: Schema | type[Schema], values: Mapping[str, Any], wrong: Mapping[str, list[str]]
) -> dict[str, Any]:
    """As `load`, with the mistakes that are known already told together with the schema's."""
    try:
        data = load(schema, values)
    except Invalid as refusal:
        raise Invalid(refusal.errors | dict(wrong)) from refusal
    if wrong:
        raise Invalid(wrong)
    return data
