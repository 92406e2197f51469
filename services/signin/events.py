"""What is asked of members, who came in, and who tries to."""

from dataclasses import dataclass

from services.shared.events import Event


@dataclass(frozen=True)
class SpendingAsked(Event):
    """A counter asks a member to agree to spend up to `most` fen."""

    proof_id: int
    member_id: int
    store_id: int
    most: int


@dataclass(frozen=True)
class SpendingOverridden(Event):
    """A manager answered for a member who spends up to `most` fen."""

    proof_id: int
    member_id: int
    store_id: int
    most: int


@dataclass(frozen=True)
class PasskeyAdded(Event):
    """An account, of a member or of a member of staff, has another passkey, called `name`; `at` is an ISO moment."""

    passkey_id: int
    member_id: int | None
    staff_id: int | None
    name: str
    at: str


@dataclass(frozen=True)
class StaffWayChanged(Event):
    """How a member of staff comes in is another: `what` is second_step_on, second_step_off, codes_made, code_used,
    code_shown or recovered."""

    staff_id: int
    what: str
    at: str


@dataclass(frozen=True)
class ShownCodeUsed(Event):
    """Somebody signed in as a member with a code that staff showed, on `device`; `at` is an ISO moment."""

    code_id: int
    member_id: int
    device: str
    at: str


@dataclass(frozen=True)
class NewPhoneIn(Event):
    """Somebody signed in as a member by a code that was sent, on `device`, a browser that is new for them; `key` names it, `at` is an ISO
    moment."""

    key: str
    member_id: int
    device: str
    at: str


@dataclass(frozen=True)
class CodesGuessed(Event):
    """`who` has shown so many wrong member codes that no more are looked at for a while: `count`; `at` is an ISO moment."""

    who: str
    count: int
    at: str


@dataclass(frozen=True)
class SpendingFrozen(Event):
    """A member reported something that was not theirs; `at` is an ISO moment."""

    member_id: int
    at: str


@dataclass(frozen=True)
class SpendingThawed(Event):
    """Somebody at the shop has looked, and the member may spend again; `at` is an ISO moment."""

    member_id: int
    at: str


@dataclass(frozen=True)
class WalletPinChanged(Event):
    """A member's wallet PIN is another one; `at` is an ISO moment."""

    member_id: int
    at: str
