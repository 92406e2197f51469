"""What can be refused around personal data."""

from services.shared.refusals import Refusal
from services.shared.words import N_


class WalletNotEmpty(Refusal):
    """Money that the member paid in is still there: it is paid back first, or they give it up in so many words."""

    code = "wallet_not_empty"
    text = N_("账户里还有储值本金 ¥%(principal)s：先到店里退款，或者勾选“放弃余额”")
