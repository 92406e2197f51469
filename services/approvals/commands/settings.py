"""The shop's settings, where they ask for a second person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.approvals.events import ApprovalsLoosened
from services.approvals.queries import list_deciders
from services.approvals.rules import KINDS, SWITCHED
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid
from services.shared.words import N_
from services.stores import commands as stores
from services.stores.queries import load_settings

ALONE = N_("至少要有两个人既能做这件事、又有「审批」的权限，才能打开。先到「角色」和「店员」里安排好")


def change_settings(session: Session, typed: Mapping[str, Any], *, actor: Actor, at: datetime) -> None:
    """Change some settings by name, as services/stores does. Raises Invalid also where a second person is asked for and there is none."""
    before = load_settings(session)
    stores.change_settings(session, typed, actor=actor, at=at)
    after = load_settings(session)
    turned_on = {
        name: kind.switch
        for name, kind in KINDS.items()
        if kind in SWITCHED and after[kind.switch] and not before[kind.switch]
    }
    if weaker := _weaker(before, after):
        if actor.kind == "token":
            raise Invalid({name: [N_("审批要由人在设置里放宽，程序不能改")] for name in weaker})
        if actor.kind == "staff" and actor.id is not None:
            announce(session, ApprovalsLoosened(actor.id, at.isoformat()), at=at)
    alone = {switch: [ALONE] for name, switch in turned_on.items() if len(list_deciders(session, name, None)) < 2}
    if alone:
        raise Invalid(alone)


def _weaker(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The settings by which less would wait for a second person than before."""
    off = [kind.switch for kind in SWITCHED if before[kind.switch] and not after[kind.switch]]
    return off + [kind.above for kind in SWITCHED if kind.above and after[kind.above] > before[kind.above]]
