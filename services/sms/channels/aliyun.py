"""阿里云短信: Dysmsapi 2017-05-25 SendSms, signed with ACS3-HMAC-SHA256.

Sources: help.aliyun.com, *V3版本请求体&签名机制* (canonical request, published example) and *SendSms* (parameters are in the query).
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from urllib.parse import quote

from services.shared import clock
from services.sms import rules
from services.sms.channels import door
from services.sms.channels.contract import Contract
from services.sms.rules import Answer

HOST = "dysmsapi.aliyuncs.com"
ACTION, VERSION = "SendSms", "2017-05-25"
_AGAIN = ("Throttling", "ServiceUnavailable", "InternalError", "isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR")


class Aliyun:
    """Sends with the shop's AccessKey. The template's variable is called `code`; with minutes, also `min`."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def send_code(self, phone: str, code: str, *, minutes: int, key: str) -> Answer:
        """As Channel says. `key` goes along as OutId and comes back in the provider's own records."""
        named = {"code": code} | ({"min": str(minutes)} if self._contract.with_minutes else {})
        query = canonical_query(
            {
                "PhoneNumbers": phone,
                "SignName": self._contract.sign_name,
                "TemplateCode": self._contract.template,
                "TemplateParam": json.dumps(named, separators=(",", ":")),
                "OutId": key,
            }
        )
        headers = {
            "host": HOST,
            "x-acs-action": ACTION,
            "x-acs-version": VERSION,
            "x-acs-date": clock.outside().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": _hash(b""),
        }
        signed = authorization("POST", query, headers, key_id=self._contract.key_id, secret=self._contract.secret)
        sent = {name: value for name, value in headers.items() if name != "host"} | {"Authorization": signed}
        status, said = door.post(HOST, f"/?{query}", b"", sent)
        told = said.get("Code") if isinstance(said, dict) else None
        return rules.answer_of(told, good="OK", again=_AGAIN, status=status)


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Sorted by name, both sides encoded as RFC 3986 has it."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(parameters.items()))


def authorization(method: str, query: str, headers: Mapping[str, str], *, key_id: str, secret: str) -> str:
    """The Authorization header of a request to `/` whose body has the hash that `headers` name; all of `headers` are signed."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    request = "\n".join((method, "/", query, lines, names, headers["x-acs-content-sha256"]))
    text = f"ACS3-HMAC-SHA256\n{_hash(request.encode())}"
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
