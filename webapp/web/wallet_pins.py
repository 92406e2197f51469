"""The wallet PIN in the member's own app: wrong ones are counted together wherever it is typed, and a cookie alone gives no money up."""

from datetime import datetime, timedelta

from services.shared import limits
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.signin import queries
from services.signin.models import MemberSession, WalletPin
from services.wallet.queries import get_balance
from webapp.web import edge, people

GUESSES = limits.Rule("wallet_pin:change", most=5, seconds=900)
JUST_NOW = timedelta(hours=1)


def require_pin(field: str, typed: str, *, at: datetime) -> None:
    """The PIN that was typed is the member's. It counts. Raises Invalid beside `field`, TooMany."""
    member_id = people.member().id
    edge.spend(GUESSES, f"member:{member_id}", at=at)
    if not queries.check_wallet_pin(edge.read(), member_id, typed):
        raise Invalid({field: [N_("支付密码不对")]})


def asks_pin() -> bool:
    """Whether the member has stored value that a PIN guards."""
    session, member_id = edge.read(), people.member().id
    return get_balance(session, member_id).total > 0 and queries.has_wallet_pin(session, member_id)


def require_owner_of_money(typed: str, *, at: datetime) -> None:
    """Whoever gives stored value up knows the PIN; where none is, or it was chosen on this very sign-in (which proves nothing more), they
    came in within the last hour. Raises Invalid, TooMany."""
    session, (_person, session_id) = edge.read(), people.signed_in()
    member_id = people.member().id
    if get_balance(session, member_id).total == 0:
        return
    opened = session.get_one(MemberSession, session_id).created_at
    pin = session.get(WalletPin, member_id)
    if at - opened > JUST_NOW and (pin is None or pin.changed_at >= opened):
        raise Invalid(None, "sign_in_again", N_("请重新登录后再注销"))
    if pin is not None:
        require_pin("pin", typed, at=at)
