"""Bringing spreadsheets in and taking them back."""

from services.dataio.commands.erasing import forget_imported
from services.dataio.commands.uploading import match_import, run_import, undo_import, upload_import

__all__ = ["forget_imported", "match_import", "run_import", "undo_import", "upload_import"]
