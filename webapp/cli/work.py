"""`changke work`: the worker. It performs what requests left over, sends what leaves the building, and runs the schedule.

Threads, not processes: the work is waiting for push services and the database, and a thread shares the engine it was born with,
while a forked process would have to build its own. A kill in the middle loses nothing: the rows carry the work, not the process.
Any number of workers may run; exactly one of them keeps the schedule (the others: `--no-schedule`).
"""

import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime

import click

from services import wiring
from services.messaging import jobs as messaging
from services.shared import clock, events, jobs, runtime
from services.shared.jobs import BEAT_EVERY
from webapp.cli import migrated_application, safe_configuration

ROUNDS = 1000  # a chain of causes that long is a loop
OFTEN = 3.0  # seconds
WORKERS = 3  # a nightly copy and a push service that hangs still leave one


@click.command()
@click.option("--until-idle", is_flag=True, help="Do everything that is due, then end.")
@click.option("--at", "moment", help="With --until-idle: stand on this moment (ISO 8601); needs CHANGKE_TEST_CLOCK=1.")
@click.option("--no-schedule", is_flag=True, help="Leave the schedule to another worker.")
def work(until_idle: bool, moment: str | None, no_schedule: bool) -> None:
    """Perform what was left over, send what is due, keep the schedule."""
    if moment is not None and not until_idle:
        raise click.UsageError("--at goes with --until-idle")
    safe_configuration()
    app = migrated_application(pages=False)
    with app.app_context():
        if moment is not None:
            with clock.stand_at(_read(moment)):
                _until_idle()
        elif until_idle:
            _until_idle()
        else:
            _consume(schedule=not no_schedule)


def _read(moment: str) -> datetime:
    if not runtime.config().test_clock:
        raise click.UsageError("--at needs CHANGKE_TEST_CLOCK=1: a real shop stands on the present")
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        raise click.UsageError(f"--at {moment}: write it like 2026-11-22T09:30:00+08:00") from None
    if read.tzinfo is None:
        raise click.UsageError(f"--at {moment}: the offset is missing, e.g. +08:00")
    return read


def _until_idle() -> None:
    """Everything that is due now, in this process, until nothing is left; periodic jobs once."""
    done = _drain()
    scheduled = jobs.scheduled()
    for _every_so_often, job in scheduled:
        job()
    done += _drain()
    left = messaging.count_due()
    click.echo(
        f"idle: {done['reactions']} reactions performed, {done['sent']} pushes sent, {done['retry'] + done['shrink']} "
        f"put off, {done['gone']} devices gone, {done['failed'] + done['refused']} failed, {len(scheduled)} periodic jobs run, {left} due"
    )


def _drain() -> Counter[str]:
    """Reactions and pushes, until neither leads to another."""
    done: Counter[str] = Counter()
    for _ in range(ROUNDS):
        performed = events.perform_waiting(grace=events.NO_GRACE)
        sent = messaging.deliver_due()
        done.update(sent)
        done["reactions"] += performed
        if not performed and not sent:
            break
    return done


def _consume(*, schedule: bool) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the consumer listens there is nothing to finish
    queue = jobs.current_queue()
    stop = _every(BEAT_EVERY.total_seconds(), "heartbeat", lambda: jobs.beat("worker", clock.now()))
    often = [_every(OFTEN, job.__name__, job) for job in wiring.OFTEN if schedule]
    consumer = queue.create_consumer(
        workers=WORKERS,
        worker_type="thread",
        periodic=schedule,
        initial_delay=0.1,
        max_delay=2.0,
        graceful_signal="TERM",
    )
    for job in wiring.FIRST:
        jobs.start(job)
    try:
        consumer.run()
    finally:
        for each in (stop, *often):
            each.set()


def _every(seconds: float, name: str, act: Callable[[], None]) -> threading.Event:
    """Call `act` now and then every `seconds` in a thread of its own, until the event is set."""
    stop = threading.Event()

    def loop() -> None:
        while True:
            try:
                act()
            except Exception as error:  # a database that is away for a while must not end it
                click.echo(f"{name}: {error}", err=True)
            if stop.wait(seconds):
                return

    threading.Thread(target=loop, name=name, daemon=True).start()
    return stop
