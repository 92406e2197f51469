"""A provider's address is fixed. Only tests may stand a simulator on this machine in its place (CHANGKE_SMS_TEST_HOST)."""

import json
from typing import Any

from services.shared import http, runtime


def post(host: str, target: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
    """POST to `https://host` + `target`; the status and what its JSON says (None when it is none). Raises NoAnswer, BlockedAddress.

    Nothing of this may be logged: `target` and `body` carry the phone and the code.
    """
    instead = runtime.config().sms_test_host
    if instead:
        said = http.post(f"http://{instead}{target}", body, headers | {"Host": host}, admitted=(instead,))
    else:
        said = http.post(f"https://{host}{target}", body, headers)
    try:
        return said.status, json.loads(said.body)
    except ValueError:
        return said.status, None
