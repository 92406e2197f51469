"""A passkey's two ceremonies: what a browser is asked, and whether what it answers is genuine (py webauthn, facts.md §6).

RP ID and origin come from PUBLIC_ORIGIN and never from a request. User verification is always required: a passkey is both factors.
The library is loaded when the first ceremony begins, for it costs 11 MB that most shops never need.
"""

import importlib
import ipaddress
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from services.shared import runtime

log = structlog.get_logger()
T = TypeVar("T")
Answer = Mapping[str, Any]  # what the browser sends, as JSON
WAIT = 300_000  # milliseconds that a person may take
LONGEST_ID = 1023  # bytes of a credential id (WebAuthn level 3, 7.1)
LONGEST = 16_384  # characters of an answer; the largest honest ones have some 3,000


class NotGenuineError(Exception):
    """The answer does not prove what it should. `counter_fell`: its signature counter went back, as that of a copied key would."""

    def __init__(self, *, counter_fell: bool = False) -> None:
        self.counter_fell = counter_fell
        super().__init__()


@dataclass(frozen=True)
class NewCredential:
    """A credential that an authenticator made; `synced` when it lives in more than one device."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    aaguid: str
    synced: bool
    backed_up: bool


@dataclass(frozen=True)
class Assertion:
    """A genuine sign-in: the new signature counter, and whether the credential has a copy elsewhere by now."""

    sign_count: int
    backed_up: bool


def are_possible() -> bool:
    """Whether browsers do passkeys at this shop's address: a host by name, over https or on this machine."""
    parts = urlsplit(runtime.config().public_origin)
    try:
        ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        return parts.scheme == "https" or _is_this_machine(parts.hostname or "")
    return False


def load() -> None:
    """Load the library now, before somebody waits for it."""
    importlib.import_module("webauthn")


def rp_id() -> str:
    """The domain that passkeys belong to; it can never change without losing them all."""
    return urlsplit(runtime.config().public_origin).hostname or ""


def ask_creation(
    challenge: bytes, *, shop: str, user_handle: bytes, user_name: str, known: Sequence[bytes]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is given, as JSON. `known` are credentials this person has already."""
    import webauthn
    from webauthn.helpers import structs

    wanted = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = webauthn.generate_registration_options(
        rp_id=rp_id(), rp_name=shop, user_name=user_name, user_display_name=user_name, user_id=user_handle,
        challenge=challenge, timeout=WAIT, authenticator_selection=wanted,
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=each) for each in known],
    )  # fmt: skip
    return _plain(webauthn.options_to_json(options))


def ask_assertion(challenge: bytes) -> dict[str, Any]:
    """What `navigator.credentials.get` is given, as JSON: any passkey of this shop, so that nobody types a name."""
    import webauthn
    from webauthn.helpers import structs

    options = webauthn.generate_authentication_options(
        rp_id=rp_id(), challenge=challenge, timeout=WAIT,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _plain(webauthn.options_to_json(options))


def read_creation(answer: Answer, challenge: bytes) -> NewCredential:
    """The credential that was made for `challenge`. Raises NotGenuineError."""

    def read() -> NewCredential:
        import webauthn
        from webauthn.helpers import structs

        made = webauthn.verify_registration_response(
            credential=_small(answer), expected_challenge=challenge, expected_rp_id=rp_id(),
            expected_origin=runtime.config().public_origin, require_user_verification=True,
        )  # fmt: skip
        if len(made.credential_id) > LONGEST_ID:
            raise ValueError("credential id")
        told = answer["response"].get("transports") or []
        transports = tuple(each for each in told if each in {way.value for way in structs.AuthenticatorTransport})
        return NewCredential(
            made.credential_id, made.credential_public_key, made.sign_count, transports, made.aaguid,
            made.credential_device_type == structs.CredentialDeviceType.MULTI_DEVICE, made.credential_backed_up,
        )  # fmt: skip

    return _checked(read)


def read_challenge(answer: Answer) -> bytes:
    """Which question an answer says it answers. Raises NotGenuineError."""
    return _checked(lambda: _bytes_of(json.loads(_bytes_of(_small(answer)["response"]["clientDataJSON"]))["challenge"]))


def read_credential_id(answer: Answer) -> bytes:
    """Which credential an answer says it is of. Raises NotGenuineError."""
    return _checked(lambda: _bytes_of(_small(answer)["id"]))


def read_user_handle(answer: Answer) -> bytes:
    """Whose the authenticator says the credential is. Raises NotGenuineError: a passkey always says so."""
    return _checked(lambda: _bytes_of(answer["response"]["userHandle"]))


def read_assertion(answer: Answer, challenge: bytes, *, public_key: bytes, sign_count: int) -> Assertion:
    """The sign-in that answers `challenge` with the key that is known. Raises NotGenuineError.

    A counter that was above zero must rise (synced passkeys always say zero).
    """

    def read() -> Assertion:
        import webauthn

        # Given as 0, for the library names no reason for a counter that fell: the comparison is ours, below.
        seen = webauthn.verify_authentication_response(
            credential=_small(answer), expected_challenge=challenge, expected_rp_id=rp_id(),
            expected_origin=runtime.config().public_origin, credential_public_key=public_key,
            credential_current_sign_count=0, require_user_verification=True,
        )  # fmt: skip
        return Assertion(seen.new_sign_count, seen.credential_backed_up)

    genuine = _checked(read)
    if sign_count and genuine.sign_count <= sign_count:
        raise NotGenuineError(counter_fell=True)
    return genuine


def _checked(read: Callable[[], T]) -> T:
    """What `read` finds. The library raises more kinds of errors than it names, and whatever it stumbles over is no proof."""
    try:
        return read()
    except Exception as error:
        log.info("passkey not genuine", why=type(error).__name__)
        raise NotGenuineError from error


def _small(answer: Answer) -> dict[str, Any]:
    if len(json.dumps(answer)) > LONGEST:
        raise ValueError
    return dict(answer)


def _bytes_of(text: str) -> bytes:
    from webauthn import base64url_to_bytes

    return base64url_to_bytes(text)


def _plain(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(text)
    return plain


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
