"""A rule about two cards of one person, on whatever has happened so far: merged, looked at, undone, and taken back from the books."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import or_, select

from services.coupons.models import Coupon
from services.merging.commands import merge_members, undo_merge
from services.merging.errors import NotMergeable, NotUndoable
from services.wallet.errors import CapByMerge
from services.wallet.models import WalletAccount
from tests.machine.selling import Selling

_WALLET = select(WalletAccount.member_id, WalletAccount.principal + WalletAccount.bonus)


class Merging(Selling):
    """What a merge does, without the model: sums move and come back, and the books stay right."""

    @rule(winner=st.integers(0, 1))
    def merge_and_undo(self, winner: int) -> None:
        """The other card becomes part of this one, and is itself again. Nothing of it stays in the run."""
        keeper, other = self.world.members[winner], self.world.members[1 - winner]
        step, before = self.session.begin_nested(), self._holdings()
        freed = self._freed(other, before["coupons"])
        try:
            told: dict[str, Any] = {"actor": self.world.actor, "at": self.now}
            made = merge_members(self.session, keeper, other, {"phone": "winner"}, agreed=True, **told)
            self._joined(before, winner)
            self._verify()
            try:
                undo_merge(self.session, made.id, **told)
            except NotUndoable:  # the other's points have paid what was owed
                assert min(before["points"]) < 0
            else:
                now, then = self._holdings(), before | {"coupons": before["coupons"] | freed}
                changed = {name: (held, now[name]) for name, held in then.items() if held != now[name]}
                assert not changed, changed
                self._verify()
            self.count("merge_and_undo")
        except (NotMergeable, CapByMerge):
            self.count("merge_and_undo", None)
        finally:
            step.rollback()
            self.session.expire_all()

    def _freed(self, other_id: int, held: dict[int, tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
        """The other's coupons of a cart that was left too long: nobody holds them back any more, and a merge says so."""
        lapsed = (Coupon.state == "reserved", Coupon.reserved_until <= self.now, Coupon.member_id == other_id)
        ends = or_(Coupon.expires_at.is_(None), Coupon.expires_at > self.now)
        return {
            each: ("issued", *held[each][1:]) for each in self.session.scalars(select(Coupon.id).where(*lapsed, ends))
        }

    def _joined(self, before: dict[str, Any], winner: int) -> None:
        now = self._holdings()
        for name in ("points", "wallet"):
            assert now[name][winner] == sum(before[name]), name
            assert now[name][1 - winner] == 0, name
        owed = min(before["points"]) < 0  # the other's points pay it: their lots are smaller then
        for name in ("wallet lots",) if owed else ("points lots", "wallet lots"):
            assert sorted(now[name][winner]) == sorted(before[name][0] + before[name][1]), name
        good = {number for number, held in self.coupons.items() if held.expires is None or held.expires > self.now}
        held = {number for number, (state, _, _) in before["coupons"].items() if state == "issued" and number in good}
        assert all(now["coupons"][number][1] == winner for number in held)

    def _holdings(self) -> dict[str, Any]:
        """What both may use: lots by what is left in them, for each transfer opens lots of its own."""
        self.session.flush()
        shop = self._shop()
        lots = [[(left, str(expires)) for left, expires, _ in lots if left] for lots in shop["points lots"]]
        stored = [[lot[2:] for lot in lots if lot[2] or lot[3]] for lots in shop["wallet"]]
        told = {name: shop[name] for name in ("points", "growth", "level", "coupons", "orders")}
        return told | {"wallet": self._of_members(_WALLET), "points lots": lots, "wallet lots": stored}
