"""What keeps erasures true by itself."""

from services.privacy import erased


def keep_erasures() -> None:
    """Write the list of erasures beside the database, should the process have died between an erasure and its line."""
    erased.keep_list()
