"""The edge that every surface shares, and the pages without login."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the public pages."""
    from webapp.web import health, public

    app.register_blueprint(health.blueprint)
    app.register_blueprint(public.blueprint)
