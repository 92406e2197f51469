"""Looking up sessions, devices, and whose password it is (`sessions`); whether a member agrees to a spending (`proofs`)."""

from services.signin.queries.proofs import (
    Proof,
    ProofView,
    check_wallet_pin,
    find_asked,
    get_asked_proof,
    get_proof,
    has_wallet_pin,
    is_fresh,
    is_of,
    require_base,
)
from services.signin.queries.sessions import (
    MemberPass,
    StaffPass,
    check_password,
    find_member_pass,
    find_staff_pass,
    list_development_mail,
    list_devices,
    list_staff_sessions,
    seconds_left,
    signin_code_minutes,
)

__all__ = [
    "MemberPass",
    "Proof",
    "ProofView",
    "StaffPass",
    "check_password",
    "check_wallet_pin",
    "find_asked",
    "find_member_pass",
    "find_staff_pass",
    "get_asked_proof",
    "get_proof",
    "has_wallet_pin",
    "is_fresh",
    "is_of",
    "list_development_mail",
    "list_devices",
    "list_staff_sessions",
    "require_base",
    "seconds_left",
    "signin_code_minutes",
]
