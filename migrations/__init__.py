"""Numbered migrations, forward only, each on data that exists."""
