"""腾讯云短信: SMS 2021-01-11 SendSms, signed with TC3-HMAC-SHA256.

Sources: cloud.tencent.com, *签名方法 v3* (canonical request, published example) and *SendSms*.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.shared import clock
from services.sms import rules
from services.sms.channels import door
from services.sms.channels.contract import Contract
from services.sms.rules import Answer

HOST, SERVICE = "sms.tencentcloudapi.com", "sms"
ACTION, VERSION = "SendSms", "2021-01-11"
JSON = "application/json; charset=utf-8"
_AGAIN = ("InternalError", "RequestLimitExceeded", "ResourceUnavailable", "ServerBusy")


class Tencent:
    """Sends with the shop's SecretId. The template's first variable is the code, the second (with minutes) how long it is good."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def send_code(self, phone: str, code: str, *, minutes: int, key: str) -> Answer:
        """As Channel says. `key` goes along as SessionContext."""
        asked = {
            "PhoneNumberSet": [f"+86{phone}"],
            "SmsSdkAppId": self._contract.app_id,
            "SignName": self._contract.sign_name,
            "TemplateId": self._contract.template,
            "TemplateParamSet": [code, str(minutes)] if self._contract.with_minutes else [code],
            "SessionContext": key,
        }
        body, at = json.dumps(asked, ensure_ascii=False).encode(), clock.outside()
        signing = {"content-type": JSON, "host": HOST, "x-tc-action": ACTION.lower()}
        signed = authorization(
            SERVICE, body, signing, at=at, key_id=self._contract.key_id, secret=self._contract.secret
        )
        headers = {
            "Content-Type": JSON,
            "X-TC-Action": ACTION,
            "X-TC-Version": VERSION,
            "X-TC-Region": self._contract.region,
            "X-TC-Timestamp": str(int(at.timestamp())),
            "Authorization": signed,
        }
        status, said = door.post(HOST, "/", body, headers)
        return rules.answer_of(_code_of(said), good="Ok", again=_AGAIN, status=status)


def authorization(
    service: str, body: bytes, headers: Mapping[str, str], *, at: datetime, key_id: str, secret: str
) -> str:
    """The Authorization header of a POST of `body` to `/`; all of `headers` are signed. The key is derived per day and service."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{value.strip()}\n" for name, value in sorted(headers.items()))
    request = "\n".join(("POST", "/", "", lines, names, _hash(body)))
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{scope}\n{_hash(request.encode())}"
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = _mac(key, part)
    signature = _mac(key, text).hex()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def _code_of(said: Any) -> Any:
    """The code of the one phone we asked for, or of the request as a whole."""
    try:
        answer = said["Response"]
        return answer["Error"]["Code"] if "Error" in answer else answer["SendStatusSet"][0]["Code"]
    except (KeyError, IndexError, TypeError):
        return None


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
