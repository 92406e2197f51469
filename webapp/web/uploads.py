"""Pictures that come along with a form."""

from typing import Any

from flask import request

from services.shared import pictures
from webapp.web import edge


def take(values: dict[str, Any], name: str) -> dict[str, list[str]]:
    """Keep the picture sent as `<name>_file`, if any, and let `values[name]` name it.

    Returns what is wrong with it, by field. The page may be shown again for another reason: then the picture is kept already.
    """
    sent = request.files.get(f"{name}_file")
    if sent is None or not sent.filename:
        return {}
    with sent.stream as stream:
        data = stream.read(pictures.MOST_BYTES + 1)
    edge.note_file(name, data)
    try:
        values[name] = pictures.keep(data)
    except ValueError as error:
        return {name: [str(error)]}
    return {}
