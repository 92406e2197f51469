"""With `TLS=local`: the page where phones on the shop's Wi-Fi fetch the shop's own certificate, once."""

from pathlib import Path

from flask import Blueprint, Response, abort, render_template

from services.shared import certificates, runtime
from webapp.web import guards

blueprint = Blueprint("ca", __name__)


def _authority() -> Path:
    path = runtime.config().data / "tls" / certificates.AUTHORITY
    if not runtime.config().tls_local or not path.is_file():
        abort(404)
    return path


@blueprint.get("/web/ca")
@guards.public("phones need it before they can trust any other page")
def page() -> str:
    """How to install the certificate on each kind of phone."""
    _authority()
    return render_template("web/ca.html")


@blueprint.get("/web/ca/changke.crt")
@guards.public("a certificate is public; its key stays in the data folder")
def certificate() -> Response:
    """The certificate of the shop's authority."""
    response = Response(_authority().read_bytes(), mimetype="application/x-x509-ca-cert")
    response.headers["Content-Disposition"] = "attachment; filename=changke.crt"
    return response
