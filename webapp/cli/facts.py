"""`changke rebuild-facts`: the figures of members, from the books alone."""

import time
from collections.abc import Sequence

import click
from sqlalchemy import select

from services.members.models import MemberFacts
from services.segments.commands import rebuild
from services.segments.queries import load_scene
from services.shared import clock, events
from services.shared.database import reading, transaction
from webapp.cli import migrated_application

AT_A_TIME = 200
ROUNDS = 20  # a sale is counted within a moment of being paid


@click.command("rebuild-facts")
def rebuild_facts() -> None:
    """Work every figure of every member out from the books. Changes nothing where all is well; the shop may be open meanwhile."""
    migrated_application(pages=False)
    with reading() as session:
        left: Sequence[int] = session.scalars(select(MemberFacts.member_id).order_by(MemberFacts.member_id)).all()
    count, started = len(left), time.perf_counter()
    for _ in range(ROUNDS):
        left = [each for start in range(0, len(left), AT_A_TIME) for each in _rebuild(left[start : start + AT_A_TIME])]
        if not left:
            click.echo(f"{count} members, {time.perf_counter() - started:.1f} s")
            return
        events.perform_waiting(grace=events.NO_GRACE)
    raise click.ClickException(f"sales of {len(left)} members are still to be counted; is the worker running?")


def _rebuild(member_ids: Sequence[int]) -> list[int]:
    with transaction() as session:
        return rebuild(session, member_ids, load_scene(session, at=clock.now()))
