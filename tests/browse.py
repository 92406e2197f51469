"""A browser for tests without pixels: keeps cookies, sends the form token and a fresh idempotency key with every post."""

from typing import Any
from uuid import uuid4

from flask import Flask
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse


def body(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return answer.get_json(force=True)


class Browser:
    """`get` and `post` as a person's browser would; `api` as our own pages' scripts would."""

    def __init__(self, app: Flask, cookie: tuple[str, str] | None = None) -> None:
        self.client = app.test_client()
        self._app = app
        if cookie:
            self.client.set_cookie(*cookie)
        with app.test_request_context(), self.client.session_transaction() as jar:
            self.form_token = generate_csrf()
            from flask import session as form_session

            jar["csrf_token"] = form_session["csrf_token"]

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, **kwargs)

    def post(self, path: str, key: str | None = None, **fields: Any) -> TestResponse:
        """Send a form."""
        extra = {"csrf_token": self.form_token, "idempotency_key": key or str(uuid4())}
        return self.client.post(path, data=extra | fields)

    def api(self, method: str, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        """Call the API as our own scripts do: cookie, form token, key."""
        headers = {"X-CSRFToken": self.form_token, "Idempotency-Key": key or str(uuid4())}
        return self.client.open(path, method=method, json=body, headers=headers)
