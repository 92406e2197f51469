"""The edge that every surface shares, and the pages without login."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the public pages."""
    from webapp.web import (
        browsers,
        ca,
        compression,
        development,
        health,
        held_data,
        presence,
        public,
        public_forms,
        receipts,
        setup,
    )

    app.register_blueprint(health.blueprint)
    app.register_blueprint(public.blueprint)
    app.register_blueprint(public_forms.blueprint)
    app.register_blueprint(held_data.blueprint)
    app.register_blueprint(receipts.blueprint)
    app.register_blueprint(setup.blueprint)
    setup.init_app(app)
    app.register_blueprint(ca.blueprint)
    development.register(app)
    presence.init_app(app)
    browsers.init_app(app)
    compression.init_app(app)
