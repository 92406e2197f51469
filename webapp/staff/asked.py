"""What an address asks for, whatever was typed into it."""

from flask import request


def text(name: str = "q", *, most: int = 40) -> str:
    """Words to search for, without what cannot be printed (PostgreSQL takes no NUL)."""
    typed = request.args.get(name, "").strip()[:most]
    return "".join(char for char in typed if char.isprintable())


def number(name: str) -> int | None:
    """An id that a database can hold; None for anything else."""
    typed = request.args.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 18 else None
