"""Opening the shop, and who may do what in it: staff, roles, tokens."""

from services.identity.commands.opening import set_up_shop
from services.identity.commands.roles import change_role, create_role, delete_role
from services.identity.commands.staff import (
    change_staff,
    choose_language,
    create_staff,
    disable_staff,
    enable_staff,
    set_password,
)
from services.identity.commands.tokens import (
    create_token,
    revoke_token,
    revoke_tokens,
    revoke_tokens_of,
    touch_token,
)

__all__ = [
    "change_role",
    "change_staff",
    "choose_language",
    "create_role",
    "create_staff",
    "create_token",
    "delete_role",
    "disable_staff",
    "enable_staff",
    "revoke_token",
    "revoke_tokens",
    "revoke_tokens_of",
    "set_password",
    "set_up_shop",
    "touch_token",
]
