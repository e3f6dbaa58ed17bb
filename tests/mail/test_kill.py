"""The promise: `kill -9` of the worker, ten times among 3,000 messages, loses none and doubles none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MESSAGES, KILLS = 3000, 10
#: What may be in flight at the moment of a kill: one message for each connection.
CONNECTIONS = 4


@pytest.mark.slow
class TestKilledWorker:
    def test_nothing_is_lost_nor_doubled(self, application_on):
        database = "postgresql" if application_on.config["SQLALCHEMY_DATABASE_URI"].startswith("p") else "sqlite"
        command = [sys.executable, "-m", "bench.mail", "--json", "--database", database]
        command += ["--messages", str(MESSAGES), "--kill", str(KILLS)]
        # The bench serves, kills and settles as an operator would; what it counts is what the sink holds.
        done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr[-4000:]
        [run] = json.loads(done.stdout)["runs"]
        assert (run["database"], run["messages"], run["kills"]) == (database, MESSAGES, KILLS)
        assert (run["lost"], run["doubled"]) == (0, 0)
        assert run["uncertain"] <= KILLS * CONNECTIONS, "only what was in flight may be in doubt"
