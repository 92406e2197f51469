"""Verbs of getting in: sessions, one-time codes, passkeys, devices, scans."""

from services.signin.commands.codes import issue_signin_code, redeem_code, redeem_ticket
from services.signin.commands.devices import issue_device, make_code_here, revoke_device
from services.signin.commands.owners import reset_owner
from services.signin.commands.passkeys import (
    add_passkey,
    ask_for_passkey,
    ask_to_sign_in,
    remove_passkey,
    rename_passkey,
    use_passkey,
)
from services.signin.commands.past_scans import read_past_code
from services.signin.commands.pins import change_wallet_pin, erase_wallet_pin, hash_pin
from services.signin.commands.proof_codes import enter_proof_code, send_proof_code
from services.signin.commands.proofs import (
    ask_for_confirmation,
    confirm_proof,
    note_pin_proof,
    override_proof,
    use_proof,
)
from services.signin.commands.scans import note_wrong_code, require_room_for_guess, scan_member_code
from services.signin.commands.sessions import (
    choose_store,
    open_member_session,
    open_staff_session,
    revoke_member_session,
    revoke_other_member_sessions,
    revoke_staff_session,
    revoke_staff_sessions,
    sign_in_staff,
    touch_session,
)
from services.signin.commands.sms_codes import ask_for_sms_code
from services.signin.commands.staff import disable_staff, set_password

__all__ = [
    "add_passkey",
    "ask_for_confirmation",
    "ask_for_passkey",
    "ask_for_sms_code",
    "ask_to_sign_in",
    "change_wallet_pin",
    "choose_store",
    "confirm_proof",
    "disable_staff",
    "enter_proof_code",
    "erase_wallet_pin",
    "hash_pin",
    "issue_device",
    "issue_signin_code",
    "make_code_here",
    "note_pin_proof",
    "note_wrong_code",
    "open_member_session",
    "open_staff_session",
    "override_proof",
    "read_past_code",
    "redeem_code",
    "redeem_ticket",
    "remove_passkey",
    "rename_passkey",
    "require_room_for_guess",
    "reset_owner",
    "revoke_device",
    "revoke_member_session",
    "revoke_other_member_sessions",
    "revoke_staff_session",
    "revoke_staff_sessions",
    "scan_member_code",
    "send_proof_code",
    "set_password",
    "sign_in_staff",
    "touch_session",
    "use_passkey",
    "use_proof",
]
