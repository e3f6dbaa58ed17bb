"""The two commands: what they say of themselves, and how they refuse."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core.config import SETTINGS
from tools.steps import ROOT

README = ROOT / "README.md"


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Start `./run` as on a machine that has Python and nothing else, with its data in `folder`."""
    environ = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder), **settings}
    # -S hides the installed libraries: --help and refusals come before anything is installed.
    command = [sys.executable, "-S", ROOT / "run", *arguments]
    return subprocess.run(
        command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", ["run", "test", ".ci/run"])
def test_may_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


class TestHelp:
    def test_lists_every_setting_with_its_default(self, tmp_path: Path) -> None:
        shown = run(tmp_path, "--help")
        words = " ".join(shown.stdout.split())
        assert shown.returncode == 0
        for setting in SETTINGS:
            assert f" {setting.name} {setting.help}"[:40] in words
            assert f"Default: {setting.shown_default or setting.default or 'none'}." in words

    def test_readme_lists_the_same_settings_with_the_same_defaults(self) -> None:
        rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
        shown = [(s.name, s.shown_default or f"`{s.default}`", s.help) for s in SETTINGS]
        assert rows == shown


class TestWrongSetting:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "eighty"),
            ("PORT", "70000"),
            ("DATABASE_URL", "mysql://localhost/panel"),
            ("BASE_URL", "panel.example.org"),
            ("MAIL_URL", "pigeon://loft"),
            ("DATABASE_URL", "sqlite:///"),
            ("BASE_URL", "http://localhost:99999"),
            ("BASE_URL", "http://[panel"),
            ("MAIL_URL", "smtp://"),
            ("MAIL_URL", "smtp://host:abc"),
            ("MAIL_URL", "folder:"),
            ("MAIL_FROM", "nobody"),
            ("CONTACT_EMAIL", "Panel <panel@example.org>"),
            ("WORKER_NAME", "a worker/with a path"),
            ("WORKER_NAME", "w" * 61),
            ("CLAMAV_SOCKET", "tcp://localhost"),
            ("RATE_LIMIT_URL", "redis://localhost:99999"),
            ("SECRET_KEY", "short"),
            ("FIELD_KEYS", "abc"),
            ("WEB_WORKERS", "0"),
            ("DEMO", "perhaps"),
            ("RATE_LIMIT_URL", "nowhere://"),
            ("HOST", "no such host"),
        ],
    )
    def test_stops_with_one_sentence_that_names_it(self, tmp_path: Path, name: str, value: str) -> None:
        refused = run(tmp_path, **{name: value})
        assert refused.returncode == 2
        assert refused.stdout == ""
        assert refused.stderr.startswith(name)
        assert refused.stderr.endswith(".\n")
        assert refused.stderr.count("\n") == 1

    def test_does_not_repeat_a_secret(self, tmp_path: Path) -> None:
        assert "hunter2" not in run(tmp_path, SECRET_KEY="hunter2").stderr

    def test_says_when_the_port_is_taken(self, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            refused = run(tmp_path, PORT=str(port))
        assert refused.returncode == 2
        assert refused.stderr == f"PORT {port} is in use by another program; choose another.\n"
