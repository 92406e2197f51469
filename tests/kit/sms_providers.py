"""阿里云 and 腾讯云 for tests, on one loopback port: every signature is made anew from the request as it came and held against it.

Written from the providers' documentation, independent of the product. `received` holds every request, `sent` what reached a phone.
"""

import base64
import hashlib
import hmac
import json
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import quote, unquote

from tests.kit.ports import LOOPBACK
from tests.kit.webpages import quiet_server

ALIYUN, TENCENT = "dysmsapi.aliyuncs.com", "sms.tencentcloudapi.com"
Reply = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Text:
    """A message that reached a phone."""

    phone: str
    values: tuple[str, ...]
    key: str


@dataclass
class SmsProviders:
    """The state of the running providers: the one account they know, and what comes next (`answer`: a code, or `reset`, `503`)."""

    key_id: str = "LTAI5tExampleKey01"
    secret: str = "aSecretOfTheTests0123456789abc"
    sign_name: str = "小满甜品"
    template: str = "SMS_154950909"
    app_id: str = "1400006666"
    variables: int = 1
    clock: Callable[[], float] = time.time
    host: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    sent: list[Text] = field(default_factory=list)
    answer: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)

    @property
    def faults(self) -> list[str]:
        """The codes other than success that were given, in order."""
        return [each["code"] for each in self.received if each["code"].lower() != "ok"]

    def take(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer one request as the provider does whose host it names."""
        tencent = headers.get("host") == TENCENT
        judge = self._tencent if tencent else self._aliyun
        code, status = judge(method, target, headers, body)
        self.received.append({"host": headers.get("host", ""), "target": target, "body": body, "code": code})
        return (
            self._as_tencent(code)
            if tencent
            else (status, {"Code": code, "RequestId": "A-1", "Message": _echo(target)})
        )

    def _forced(self) -> str:
        return self.answer.pop(0) if self.answer else ""

    # ---- 阿里云

    def _aliyun(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[str, int]:
        path, _, raw = target.partition("?")
        if headers.get("host") != ALIYUN or method != "POST" or path != "/":
            return "InvalidAction.NotFound", 404
        if (headers.get("x-acs-action"), headers.get("x-acs-version")) != ("SendSms", "2017-05-25"):
            return "InvalidVersion", 400
        fault = self._aliyun_fault(raw, headers, body)
        if fault:
            return fault
        if code := self._forced():
            return code, 503 if code == "ServiceUnavailable" else 200
        return self._aliyun_send(
            {unquote(n): unquote(v) for n, _, v in (p.partition("=") for p in raw.split("&"))}
        ), 200

    def _aliyun_fault(self, raw: str, headers: dict[str, str], body: bytes) -> tuple[str, int] | None:
        found = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if found is None:
            return "MissingAuthorization", 400
        key_id, names, signature = found[1], found[2].split(";"), found[3]
        moment = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(self.clock() - moment.timestamp()) > 900:
            return "InvalidTimeStamp.Expired", 400
        if key_id != self.key_id:
            return "InvalidAccessKeyId.NotFound", 404
        must = {"host"} | {name for name in headers if name.startswith("x-acs-")}
        nonce = headers.get("x-acs-signature-nonce", "")
        if names != sorted(names) or not must <= set(names) or headers["x-acs-content-sha256"] != _sha(body):
            return "IncompleteSignature", 400
        pairs = sorted(tuple(unquote(half) for half in pair.split("=", 1)) for pair in raw.split("&"))
        query = "&".join("=".join(quote(half, safe="-_.~") for half in pair) for pair in pairs)
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
        request = f"POST\n/\n{query}\n{lines}\n{';'.join(names)}\n{_sha(body)}"
        right = hmac.new(self.secret.encode(), f"ACS3-HMAC-SHA256\n{_sha(request.encode())}".encode(), "sha256")
        if right.hexdigest() != signature:
            return "SignatureDoesNotMatch", 400
        if len(nonce) < 16 or nonce in self.nonces:
            return "SignatureNonceUsed", 400
        self.nonces.add(nonce)
        return None

    def _aliyun_send(self, asked: dict[str, str]) -> str:
        values = json.loads(asked["TemplateParam"])
        if asked["SignName"] != self.sign_name:
            return "isv.SMS_SIGNATURE_ILLEGAL"
        if asked["TemplateCode"] != self.template:
            return "isv.SMS_TEMPLATE_ILLEGAL"
        if list(values) != ["code", "min"][: self.variables]:
            return "isv.TEMPLATE_MISSING_PARAMETERS"
        if not re.fullmatch(r"1[3-9]\d{9}", asked["PhoneNumbers"]):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        self.sent.append(Text(asked["PhoneNumbers"], tuple(values.values()), asked["OutId"]))
        return "OK"

    # ---- 腾讯云

    def _tencent(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[str, int]:
        if method != "POST" or target != "/" or headers.get("x-tc-action") != "SendSms":
            return "InvalidAction", 200
        if headers.get("x-tc-version") != "2021-01-11":
            return "NoSuchVersion", 200
        if headers.get("x-tc-region") not in {"ap-guangzhou", "ap-beijing", "ap-nanjing"}:
            return "UnsupportedRegion", 200
        fault = self._tencent_fault(headers, body)
        return (fault or self._forced() or self._tencent_send(json.loads(body))), 200

    def _tencent_fault(self, headers: dict[str, str], body: bytes) -> str | None:
        found = re.fullmatch(
            r"TC3-HMAC-SHA256 Credential=([^/]+)/([\d-]{10})/sms/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if found is None:
            return "AuthFailure.InvalidAuthorization"
        key_id, day, names, signature = found[1], found[2], found[3].split(";"), found[4]
        stamp = int(headers["x-tc-timestamp"])
        if abs(self.clock() - stamp) > 300 or datetime.fromtimestamp(stamp, UTC).date().isoformat() != day:
            return "AuthFailure.SignatureExpire"
        if key_id != self.key_id:
            return "AuthFailure.SecretIdNotFound"
        if names != sorted(names) or not {"content-type", "host"} <= set(names):
            return "AuthFailure.InvalidAuthorization"
        lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
        request = f"POST\n/\n\n{lines}\n{';'.join(names)}\n{_sha(body)}"
        text = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{_sha(request.encode())}"
        key = b"TC3" + self.secret.encode()
        for part in (day, "sms", "tc3_request", text):
            key = hmac.new(key, part.encode(), "sha256").digest()
        return None if key.hex() == signature else "AuthFailure.SignatureFailure"

    def _tencent_send(self, asked: dict[str, Any]) -> str:
        (phone,) = asked["PhoneNumberSet"]
        if asked["SmsSdkAppId"] != self.app_id:
            return "UnauthorizedOperation.SmsSdkAppIdVerifyFail"
        if asked["SignName"] != self.sign_name:
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        if asked["TemplateId"] != self.template:
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        if len(asked["TemplateParamSet"]) != self.variables:
            return "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
        if not re.fullmatch(r"\+861[3-9]\d{9}", phone):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        self.sent.append(Text(phone.removeprefix("+86"), tuple(asked["TemplateParamSet"]), asked["SessionContext"]))
        return "Ok"

    def _as_tencent(self, code: str) -> Reply:
        """Faults of the request stand for all of it, those of the message for its phone."""
        if code.startswith(
            ("AuthFailure", "InvalidAction", "NoSuchVersion", "Unsupported", "Internal", "RequestLimit")
        ):
            return 200, {"Response": {"Error": {"Code": code, "Message": "refused"}, "RequestId": "T-1"}}
        status = {"Code": code, "Message": "send success" if code == "Ok" else "refused", "SerialNo": "1:1", "Fee": 1}
        return 200, {"Response": {"SendStatusSet": [status], "RequestId": "T-1"}}


@contextmanager
def sms_providers() -> Iterator[SmsProviders]:
    """Both providers on a free loopback port; `host` is what CHANGKE_SMS_TEST_HOST wants."""
    providers = SmsProviders()
    with quiet_server(_handler(providers)) as port:
        providers.host = f"{LOOPBACK}:{port}"
        yield providers


def _echo(target: str) -> str:
    """The real service repeats the whole request in its words, phone and code included: nobody may keep them."""
    return f"server string to sign is: {unquote(target)} {base64.b64encode(target.encode()).decode()[:8]}"


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _handler(providers: SmsProviders) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if providers.answer[:1] == ["reset"]:
                providers.answer.pop(0)
                # Closing with "linger 0" sends RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = providers.take("POST", self.path, headers, body)
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
