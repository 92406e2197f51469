"""The second step of a sign-in: six digits of an app (TOTP), or one of an owner's codes on paper, once the password was right.

What was asked of a browser is a row that only this browser can answer, once, within ten minutes; no session exists before. A wrong answer
is written down and committed; the edge counts it as a guess at the account.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from services.audit import commands as audit
from services.identity import queries as identity
from services.identity.models import Staff
from services.shared import runtime
from services.shared.actors import Actor
from services.shared.events import announce
from services.shared.refusals import Invalid, Refusal
from services.shared.words import N_
from services.signin import totp
from services.signin.commands.recovery_codes import use_recovery_code
from services.signin.commands.sessions import hold_checked
from services.signin.errors import SecondStepOver
from services.signin.events import StaffWayChanged
from services.signin.models import Authenticator, RecoveryCode, SecondStep
from services.signin.queries.second_steps import Step, find_second_step, purpose_of, secret_of

LIFE = timedelta(minutes=10)
WRONG = N_("动态码不对，请看准了再输")


def ask_second_step(session: Session, known: Staff, step: Step, *, browser: str, at: datetime) -> None:
    """Ask this browser for `step`, after `queries.check_password` found the password of `known` right. Raises WrongPassword as signing
    in does."""
    staff = hold_checked(session, known)
    session.execute(delete(SecondStep).where(_here(browser), SecondStep.kind != "own"))
    _open(session, staff.id, step, browser, at)


def pass_second_step(session: Session, typed: str, *, browser: str, actor: Actor, at: datetime) -> Staff | None:
    """Who may come in now; None when the answer is wrong. Raises SecondStepOver where nothing was asked, or it was answered already."""
    asked = find_second_step(session, browser, at=at)
    if asked is None:
        raise SecondStepOver
    staff = _hold(session, asked.staff_id)
    person = identity.actor_of_staff(session, staff, actor.origin)
    if not _is_right(session, asked, typed, actor=person, at=at):
        audit.record(session, "second_steps:miss", ("staff", staff.id), actor=actor, at=at)
        return None
    _take(session, asked)
    return staff


def begin_authenticator(session: Session, *, browser: str, actor: Actor, at: datetime) -> None:
    """Whoever is in begins to set an app up on this browser; it counts once `confirm_authenticator` saw a code of it. Raises Refusal
    where one counts already."""
    staff_id = _own_id(actor)
    if session.get(Authenticator, staff_id) is not None:
        raise Refusal("second_step_is_on", N_("两步登录已经打开了，要换手机请先关掉"))
    session.execute(delete(SecondStep).where(_here(browser), SecondStep.kind == "own"))
    _open(session, staff_id, "own", browser, at)


def confirm_authenticator(session: Session, typed: str, *, browser: str, actor: Actor, at: datetime) -> None:
    """The app that is being set up counts from now on. Raises Invalid for a wrong code, SecondStepOver where nothing was begun."""
    asked = find_second_step(session, browser, staff_id=_own_id(actor), at=at)
    if asked is None:
        raise SecondStepOver
    _hold(session, asked.staff_id)
    if not _adopt(session, asked, typed, actor=actor, at=at):
        raise Invalid({"code": [WRONG]})
    _take(session, asked)


def remove_authenticator(session: Session, typed: str, *, actor: Actor, at: datetime) -> None:
    """The password alone is enough again. `typed` is a code of the app, or one on paper. Raises Invalid."""
    staff = _hold(session, _own_id(actor))
    if not (_use_digits(session, staff.id, typed, at) or use_recovery_code(session, staff, typed, actor=actor, at=at)):
        raise Invalid({"code": [WRONG]})
    session.execute(delete(Authenticator).where(Authenticator.staff_id == staff.id))
    audit.record(session, "authenticators:remove", ("staff", staff.id), actor=actor, at=at)
    announce(session, StaffWayChanged(staff.id, "second_step_off", at.isoformat()), at=at)


def prove_second_step(session: Session, typed: str, *, actor: Actor, at: datetime) -> None:
    """Whoever has an app shows a code of it, or one on paper, before there is another way in: a colleague who saw the password has neither.
    Nothing is asked of who has none. Raises Invalid."""
    staff = _hold(session, _own_id(actor))
    if session.get(Authenticator, staff.id) is None or _use_digits(session, staff.id, typed, at):
        return
    if not use_recovery_code(session, staff, typed, actor=actor, at=at):
        raise Invalid({"code": [WRONG]})


def drop_second_steps(session: Session, staff_id: int, *, codes: bool) -> None:
    """No app of this person counts any more, nor an answer that is being waited for; with `codes`, nor any on paper."""
    for table in (Authenticator, SecondStep, RecoveryCode) if codes else (Authenticator, SecondStep):
        session.execute(delete(table).where(table.staff_id == staff_id))


def _is_right(session: Session, asked: SecondStep, typed: str, *, actor: Actor, at: datetime) -> bool:
    staff = identity.get_staff(session, asked.staff_id)
    if asked.kind == "set_up":
        return _adopt(session, asked, typed, actor=actor, at=at)
    if asked.kind == "code" and _use_digits(session, staff.id, typed, at):
        return True
    return use_recovery_code(session, staff, typed, actor=actor, at=at)


def _adopt(session: Session, asked: SecondStep, typed: str, *, actor: Actor, at: datetime) -> bool:
    """The app whose secret was shown is theirs, when the code is one of it and they have no other."""
    step = totp.step_of(secret_of(asked), typed, after=0, at=at)
    if step is None or session.get(Authenticator, asked.staff_id) is not None:
        return False
    session.add(Authenticator(staff_id=asked.staff_id, secret=asked.secret, last_step=step, created_at=at))
    audit.record(session, "authenticators:create", ("staff", asked.staff_id), actor=actor, at=at)
    announce(session, StaffWayChanged(asked.staff_id, "second_step_on", at.isoformat()), at=at)
    return True


def _use_digits(session: Session, staff_id: int, typed: str, at: datetime) -> bool:
    """Whether it is a code of their app that nobody used before; used up with this."""
    app = session.get(Authenticator, staff_id)
    step = totp.step_of(secret_of(app), typed, after=app.last_step, at=at) if app else None
    if step is None:
        return False
    used = (
        update(Authenticator)
        .where(Authenticator.staff_id == staff_id, Authenticator.last_step < step)
        .values(last_step=step)
        .returning(Authenticator.staff_id)
    )
    return session.execute(used).first() is not None


def _open(session: Session, staff_id: int, kind: str, browser: str, at: datetime) -> None:
    keys = runtime.keys()
    secret = None
    if kind in ("set_up", "own"):
        secret = keys.encrypt(totp.fresh_secret().encode(), purpose_of(staff_id))
    row = SecondStep(browser_hash=keys.hash(browser), staff_id=staff_id, kind=kind, secret=secret, expires_at=at + LIFE)
    session.add(row)


def _take(session: Session, asked: SecondStep) -> None:
    """What was asked is answered: of two that answer it at once, one finds it."""
    took = delete(SecondStep).where(SecondStep.id == asked.id).returning(SecondStep.id)
    if session.execute(took.execution_options(synchronize_session=False)).first() is None:
        raise SecondStepOver


def _here(browser: str) -> ColumnElement[bool]:
    return SecondStep.browser_hash == runtime.keys().hash(browser)


def _hold(session: Session, staff_id: int) -> Staff:
    """The person, whose ways in nobody else changes until this is written."""
    return session.scalars(
        select(Staff).where(Staff.id == staff_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _own_id(actor: Actor) -> int:
    if actor.kind != "staff" or actor.id is None:
        raise SecondStepOver
    return actor.id
