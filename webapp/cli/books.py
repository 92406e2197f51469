"""`changke verify`, `backup` and `restore`: the books, and copies of them."""

import contextlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from services import wiring
from services.audit import queries as audit
from services.privacy.commands import reapply
from services.privacy.queries import NAME, read_list
from services.shared import clock, database, ledger, migrations, runtime
from services.shared.books import copies
from services.shared.books.sealed import UnreadableError
from services.shared.config import Config
from services.shared.database import reading, transaction
from webapp.cli import application, configuration, migrated_application


@click.command()
@click.option(
    "--end",
    "ends",
    multiple=True,
    metavar="N-CODE",
    help="An end of the audit log, noted from its page: is it still there?",
)
def verify(ends: tuple[str, ...]) -> None:
    """Add up every ledger and order. Lists what does not agree and ends with 1, or says that all is well."""
    migrated_application()
    wrong = find_differences() + _altered(ends)
    with reading() as session:
        if waiting := audit.find_waiting(session, at=clock.now()):
            click.echo(f"! {waiting}", err=True)
    for sentence in wrong:
        click.echo(f"✗ {sentence}", err=True)
    if wrong:
        raise click.ClickException(f"{len(wrong)} differences")
    click.echo("✓ every ledger and every order adds up")


def _altered(ends: Iterable[str]) -> list[str]:
    try:
        with reading() as session:
            return [said for end in ends if (said := audit.find_altered_end(session, end))]
    except ValueError as error:
        raise click.UsageError(f"--end {error}: write it as the page of the audit log shows it, 1234-ab12…") from None


def find_differences() -> list[str]:
    """A sentence for everything that does not add up, in one snapshot."""
    with reading() as session:
        if session.get_bind().dialect.name == "postgresql":  # else each look would see another moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        ledgers = [
            f"{each.ledger} of {each.owner}: {each.what}"
            for book in wiring.LEDGERS
            for each in ledger.differences(session, book)
        ]
        return ledgers + [sentence for check in wiring.CHECKS for sentence in check(session)]


PASSPHRASE = click.option(
    "--passphrase-stdin", is_flag=True, help="Read the passphrase from standard input (or set CHANGKE_PASSPHRASE)."
)
FILE = click.Path(dir_okay=False, path_type=Path)


def _passphrase(config: Config, *, from_stdin: bool) -> str | None:
    return (sys.stdin.readline().rstrip("\r\n") or None) if from_stdin else config.passphrase


@click.command()
@click.argument("file", type=FILE)
@PASSPHRASE
def backup(file: Path, passphrase_stdin: bool) -> None:
    """Copy everything (database, keys, pictures) into FILE, while the shop goes on selling.

    Sealed when a passphrase is given; without one the file holds the shop's keys in clear: keep it where the shop's data may lie.
    """
    migrated_application()
    passphrase = _passphrase(runtime.config(), from_stdin=passphrase_stdin)
    story = copies.take(file, passphrase=passphrase, at=clock.now())
    rows, pictures = sum(story.rows.values()), story.pictures
    click.echo(f"{file}: {rows} rows of {len(story.rows)} tables, {pictures} pictures, {file.stat().st_size} bytes"
               f"{', sealed' if passphrase else ''}")  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@PASSPHRASE
@click.option(
    "--erased", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The list of members who were erased since: erased.json of the shop's DATA folder.",
)  # fmt: skip
def restore(file: Path, passphrase_stdin: bool, erased: Path | None) -> None:
    """Restore the copy in FILE into an empty DATA folder and an empty database, bring it up to date, and verify it.

    A copy taken on SQLite can be restored into PostgreSQL and the other way round. Members who were erased after the copy was taken are
    erased again: by the list named with --erased, by erased.json in the DATA folder and by the one beside FILE.
    """
    config = configuration()
    lists = [path for path in (erased, config.data / NAME, file.parent / NAME) if path is not None and path.exists()]
    passphrase = _passphrase(config, from_stdin=passphrase_stdin)
    try:
        copies.require_empty_folder(config)
        with copies.opened(file, passphrase=passphrase) as copy, _undone_when_it_fails(config):
            again = _restore(copy, config, lists)
    except (ValueError, UnreadableError, copies.NotEmptyError) as error:
        raise click.ClickException(str(error)) from error
    wrong = find_differences()
    for sentence in wrong:
        click.echo(f"✗ {sentence}", err=True)
    if wrong:
        raise click.ClickException(f"restored, but {len(wrong)} differences")
    rows = sum(copy.story.rows.values())
    if not lists:
        click.echo("no list of erased members was found: if somebody was erased since this copy, restore with --erased")
    click.echo(f"erased again: {', '.join(map(str, again)) or 'nobody'}")
    click.echo(f"restored {rows} rows and {copy.story.pictures} pictures; every ledger and every order adds up")


def _restore(copy: copies.Copy, config: Config, lists: Iterable[Path]) -> list[int]:
    known = {member_id: line for path in lists for member_id, line in read_list(path).items()}
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config.secrets_file.touch(mode=0o600)
    config.secrets_file.write_bytes(copy.secrets)
    application()
    migrations.upgrade(copy.revision)
    with transaction() as session:
        copies.pour(copy, session.connection())
    migrations.upgrade()
    with transaction() as session:
        return reapply(session, known, at=clock.now())


@contextlib.contextmanager
def _undone_when_it_fails(config: Config) -> Iterator[None]:
    """A restore that fails leaves the folder as empty as it was."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(RuntimeError):
            database.close()
        config.secrets_file.unlink(missing_ok=True)
        shutil.rmtree(config.uploads, ignore_errors=True)
        for left in (*config.data.glob("changke.db*"), *config.data.glob("queue.db*")):
            left.unlink()
        raise
