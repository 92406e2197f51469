"""Verbs of getting in: sessions, one-time codes, passkeys, devices, scans."""

from services.signin.commands.codes import issue_signin_code, redeem_code, redeem_ticket
from services.signin.commands.cool_downs import cool_new_phone, start_cool_down
from services.signin.commands.devices import issue_device, make_code_here, revoke_device
from services.signin.commands.freezes import lift_freeze, report_misuse
from services.signin.commands.owners import recover_staff, reset_owner
from services.signin.commands.passkeys import (
    add_passkey,
    ask_for_passkey,
    ask_to_sign_in,
    ask_to_step_up,
    prove_presence,
    remove_passkey,
    rename_passkey,
    use_passkey,
)
from services.signin.commands.past_scans import read_past_code
from services.signin.commands.phones import (
    change_own_phone,
    change_phone_of,
    issue_phone_code,
    prove_own_presence,
    prove_own_presence_by_passkey,
    release_phone_of,
)
from services.signin.commands.pins import change_wallet_pin, erase_wallet_pin, hash_pin
from services.signin.commands.proof_codes import enter_proof_code, send_proof_code
from services.signin.commands.proofs import (
    ask_for_confirmation,
    confirm_proof,
    note_pin_proof,
    override_proof,
    use_proof,
)
from services.signin.commands.questions import claim_card, disclaim_card
from services.signin.commands.recovery_codes import ShownCode, make_recovery_codes, show_recovery_code
from services.signin.commands.scans import note_wrong_code, require_room_for_guess, scan_member_code
from services.signin.commands.second_steps import (
    ask_second_step,
    begin_authenticator,
    confirm_authenticator,
    pass_second_step,
    prove_second_step,
    remove_authenticator,
)
from services.signin.commands.sessions import (
    Way,
    choose_store,
    open_member_session,
    open_staff_session,
    revoke_member_session,
    revoke_other_member_sessions,
    revoke_staff_session,
    revoke_staff_sessions,
    sign_in_staff,
    touch_session,
    verify_session,
)
from services.signin.commands.shop_devices import (
    enrol_device,
    issue_device_code,
    rename_shop_device,
    revoke_shop_device,
)
from services.signin.commands.sms_codes import ask_for_sms_code
from services.signin.commands.staff import disable_staff, set_password
from services.signin.commands.staff_pins import change_staff_pin, erase_staff_pin, switch_staff

__all__ = [
    "ShownCode",
    "Way",
    "add_passkey",
    "ask_for_confirmation",
    "ask_for_passkey",
    "ask_for_sms_code",
    "ask_second_step",
    "ask_to_sign_in",
    "ask_to_step_up",
    "begin_authenticator",
    "change_own_phone",
    "change_phone_of",
    "change_staff_pin",
    "change_wallet_pin",
    "choose_store",
    "claim_card",
    "confirm_authenticator",
    "confirm_proof",
    "cool_new_phone",
    "disable_staff",
    "disclaim_card",
    "enrol_device",
    "enter_proof_code",
    "erase_staff_pin",
    "erase_wallet_pin",
    "hash_pin",
    "issue_device",
    "issue_device_code",
    "issue_phone_code",
    "issue_signin_code",
    "lift_freeze",
    "make_code_here",
    "make_recovery_codes",
    "note_pin_proof",
    "note_wrong_code",
    "open_member_session",
    "open_staff_session",
    "override_proof",
    "pass_second_step",
    "prove_own_presence",
    "prove_own_presence_by_passkey",
    "prove_presence",
    "prove_second_step",
    "read_past_code",
    "recover_staff",
    "redeem_code",
    "redeem_ticket",
    "release_phone_of",
    "remove_authenticator",
    "remove_passkey",
    "rename_passkey",
    "rename_shop_device",
    "report_misuse",
    "require_room_for_guess",
    "reset_owner",
    "revoke_device",
    "revoke_member_session",
    "revoke_other_member_sessions",
    "revoke_shop_device",
    "revoke_staff_session",
    "revoke_staff_sessions",
    "scan_member_code",
    "send_proof_code",
    "set_password",
    "show_recovery_code",
    "sign_in_staff",
    "start_cool_down",
    "switch_staff",
    "touch_session",
    "use_passkey",
    "use_proof",
    "verify_session",
]
