"""Who acts. An actor is a parameter of every command, never a global."""

from dataclasses import dataclass, field
from typing import Literal

from services.shared.refusals import Forbidden

Kind = Literal["staff", "member", "token", "public", "system"]
EVERYTHING = "all"
_whole_shop: set[str] = set()


def for_whole_shop(permission: str) -> str:
    """Declare a permission over what is the same in every store: it counts only for who works in all of them."""
    _whole_shop.add(permission)
    return permission


def is_for_whole_shop(permission: str) -> bool:
    """Whether who works in some stores only cannot use it, whatever their role says."""
    return permission in _whole_shop


@dataclass(frozen=True)
class Actor:
    """A person, a token or the system itself, with what it may do.

    `stores` is None where every store is allowed. `origin` is where the request came from (address, user agent), for the audit.
    `device_id`: the device of the shop that staff are on.
    """

    kind: Kind
    id: int | None = None
    name: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)
    stores: frozenset[int] | None = frozenset()
    origin: str = ""
    device_id: int | None = None

    def may(self, permission: str, store_id: int | None = None) -> bool:
        """Whether this actor holds `permission`, in that store when one is named."""
        held = permission in self.permissions or EVERYTHING in self.permissions
        reaches = self.stores is None or not is_for_whole_shop(permission)
        return held and reaches and (store_id is None or self.sees_store(store_id))

    def sees_store(self, store_id: int) -> bool:
        """Whether this actor works in that store."""
        return self.stores is None or store_id in self.stores

    def require(self, permission: str, store_id: int | None = None) -> None:
        """Raise Forbidden unless `may`."""
        if not self.may(permission, store_id):
            raise Forbidden(permission=permission)

    @property
    def scope(self) -> str:
        """The name under which idempotency keys and limits of this actor are kept."""
        return f"{self.kind}:{self.id or '-'}"


SYSTEM = Actor("system", name="changke", permissions=frozenset({EVERYTHING}), stores=None)
