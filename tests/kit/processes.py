"""Child processes: each in a group of its own with a log file, ended as a group, never anybody else's."""

import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.kit.ports import is_listening
from tests.kit.waiting import wait_until


class ChildDiedError(RuntimeError):
    """The child ended although it was still needed; the message holds the end of its log."""


class Child:
    """A running child process. `pid` is also the id of its process group."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.command = tuple(command)
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=cwd,
                env=None if env is None else dict(env), start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """`None` while the child runs; looks without reaping, so nobody can get its number meanwhile."""
        if self._process.returncode is not None:
            return self._process.returncode
        seen = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if seen is None:
            return None
        return seen.si_status if seen.si_code == os.CLD_EXITED else -seen.si_status

    def log_tail(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def wait_for(self, check: Callable[[], object], *, what: str, seconds: float = 30.0) -> None:
        """Wait until `check()` is true; if the child dies meanwhile, say so at once with its log."""

        def alive_and_ready() -> bool:
            self.check_alive(what=what)
            return bool(check())

        try:
            wait_until(alive_and_ready, what=what, seconds=seconds, pause=0.1)
        except TimeoutError as late:
            raise TimeoutError(f"{late}\n{self.log_tail()}") from None

    def check_alive(self, *, what: str) -> None:
        """Raise `ChildDiedError` with the end of the log if the child ended before `what`."""
        if self.exit_code is not None:
            story = f"{' '.join(self.command)} ended with {self.exit_code} before {what}"
            raise ChildDiedError(f"{story}:\n{self.log_tail()}")

    def wait_for_port(self, port: int, *, seconds: float = 30.0) -> None:
        self.wait_for(lambda: is_listening(port), what=f"port {port}", seconds=seconds)

    def wait_for_http(self, url: str, *, status: int = 200, seconds: float = 30.0) -> None:
        self.wait_for(lambda: http_status(url) == status, what=f"{status} from {url}", seconds=seconds)

    def wait_for_exit(self, *, seconds: float = 30.0) -> int:
        wait_until(lambda: self.exit_code is not None, what=f"the end of {self.command[0]}", seconds=seconds)
        code = self.exit_code
        assert code is not None
        return code

    def kill(self) -> None:
        """`kill -9` on the whole group: what a power cut looks like to the program."""
        self._signal(signal.SIGKILL)
        wait_until(lambda: not _has_living_members(self.pid), what=f"the end of the group {self.pid}")
        self._process.wait()

    def stop(self, *, seconds: float = 10.0) -> int:
        """Ask the group to end (TERM), insist (KILL) after `seconds`; the exit code of its first process."""
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            self.wait_for_exit(seconds=seconds)
        self.kill()  # also grandchildren that outlived their parent
        return self._process.returncode

    def _signal(self, number: signal.Signals) -> None:
        """Signal the group, as long as its number is surely ours: before its first process is reaped."""
        if self._process.returncode is None:
            os.killpg(self.pid, number)


def _has_living_members(group: int) -> bool:
    """Whether a process of this group still runs. Zombies do not: in a container nobody may ever reap them."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            state, _parent, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False


@contextmanager
def running(
    command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[Child]:
    """The child for the length of a `with` block."""
    child = Child(command, log=log, env=env, cwd=cwd)
    try:
        yield child
    finally:
        child.stop()


def http_status(url: str) -> int | None:
    """The status of a GET, redirects followed; `None` when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
    except OSError:
        return None
