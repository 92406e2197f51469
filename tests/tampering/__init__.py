"""Tampering with the books by SQL."""

from tests.tampering.tables import LOTS
from tests.tampering.ways import LOT_WAYS, WAYS, Thief

__all__ = ["LOTS", "LOT_WAYS", "WAYS", "Thief"]
