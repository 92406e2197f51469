"""Refusals become answers: problem+json for programs, a page with words for people."""

from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from services.shared.refusals import Invalid, Refusal, TooMany
from services.shared.words import N_
from webapp.web import i18n, logs

log = structlog.get_logger("error")
_WORDS = {
    400: N_("请求有误，请返回重试"),
    404: N_("没有找到这个页面"),
    405: N_("这个地址不能这样访问"),
    413: N_("文件太大了"),
    429: N_("操作太频繁了，请稍后再来"),
}


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)


def _wants_json() -> bool:
    return request.path.startswith("/api/") or request.is_json or request.accept_mimetypes.best == "application/json"


def problem(status: int, code: str, title: str, **more: Any) -> Response:
    """An RFC 9457 answer in the API's shape."""
    body = {"type": f"urn:changke:{code}", "title": title, "status": status, "code": code, **more}
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def _refused(refusal: Refusal) -> Response:
    words = i18n.translate(refusal)
    headers = {"Retry-After": str(getattr(refusal, "retry_after", 5))} if refusal.status in {429, 503} else {}
    response = (
        problem(refusal.status, refusal.code, words, **_details(refusal))
        if _wants_json()
        else page(refusal.status, words)
    )
    response.headers.update(headers)
    return response


def _details(refusal: Refusal) -> dict[str, Any]:
    if isinstance(refusal, Invalid):
        errors = {name: [str(gettext(word)) for word in words] for name, words in refusal.errors.items()}
        return _plain(refusal) | {"errors": errors}
    if isinstance(refusal, TooMany):
        return {}
    return _plain(refusal)


def _plain(refusal: Refusal) -> dict[str, Any]:
    return {name: value for name, value in refusal.params.items() if isinstance(value, (str, int, dict, list))}


def _form_expired(_error: CSRFError) -> Response:
    words = str(gettext("页面放得太久了，请返回刷新再试一次"))
    return problem(400, "form_expired", words) if _wants_json() else page(400, words)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    words = str(gettext(_WORDS.get(status, error.description or error.name)))
    response = problem(status, error.name.lower().replace(" ", "_"), words) if _wants_json() else page(status, words)
    if status == 429:
        response.headers["Retry-After"] = "60"
    if status == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _broken(error: Exception) -> Response:
    log.error("broken", exc_info=error, path=logs.path())
    words = str(gettext("系统出了点问题，刚才的操作没有生效，请再试一次"))
    return problem(500, "broken", words) if _wants_json() else page(500, words)


def page(status: int, words: str) -> Response:
    """A page that says what happened and where to go on."""
    response: Response = make_response(render_template("web/error.html", status=status, words=words), status)
    return response
