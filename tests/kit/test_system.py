"""Missing packages are named, and whoever may not install them is told how."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit import system


def test_here_everything_is_installed() -> None:
    assert system.missing_system_packages() == []
    assert subprocess.run([sys.executable, "-m", "tests.kit.system"], check=False).returncode == 0


def test_an_empty_machine_lacks_everything(tmp_path: Path) -> None:
    assert system.missing_system_packages(tmp_path) == list(system.PACKAGES)


def test_who_is_not_root_gets_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert system.main(tmp_path) == 1
    told = capsys.readouterr().err
    assert "sudo apt-get" in told
    assert "--no-install-recommends chromium firefox-esr fonts-noto-cjk postgresql redis-server" in told


def test_root_installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def install(command: list[str], **_: object) -> None:
        ran.append(command)
        for proof in system.PACKAGES.values():
            path = tmp_path / proof.replace("*", "15")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("subprocess.run", install)
    assert system.main(tmp_path) == 0
    assert [command[4] for command in ran] == ["update", "install"]
