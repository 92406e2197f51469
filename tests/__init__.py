"""Tests are sentences about a known cast (tests/cast.py)."""
