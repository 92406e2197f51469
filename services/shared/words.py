"""Marks texts for translation. Services speak in msgids (Chinese); the edge translates them."""


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for "mark, translate later")
    """Return `text` unchanged; the extractor finds it by this name."""
    return text
