"""The installable apps: worker script, manifests, icons, offline pages, the shop's colours."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Register the routes."""
