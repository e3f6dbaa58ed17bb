"""Paying from the command line: the same two people, the same files, and nothing changed by a list with a bad row."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from accounts.models import Staff
from core.audit import AuditEntry
from core.database import db
from expenses.models import Claim, ModulusWeight, PaymentRun
from tests.expenses import standard_18
from tests.factories import expenses as make

WEIGHTS = "300000 300999 MOD11    0    0    0    0    0    0    8    7    6    5    4    3    2    1\n"


@pytest.fixture
def run(app: Flask) -> Any:
    """Return a function that runs `flask expenses …`, and gives exit code and output."""

    def go(*arguments: object) -> tuple[int, str]:
        db.session.commit()
        result = app.test_cli_runner().invoke(args=["expenses", *map(str, arguments)])
        db.session.expire_all()
        return result.exit_code, result.output

    return go


def payers() -> tuple[Staff, Staff]:
    team = make.Team()
    make.make_payer()
    return team.payer, team.second_payer


def states() -> list[str]:
    return list(db.session.scalars(sa.select(Claim.state).order_by(Claim.id)))


class TestARun:
    def test_goes_from_claims_to_files_to_paid_and_back(self, run: Any, tmp_path: Path) -> None:
        first, second = payers()
        claims = [make.make_claim("authorised") for _ in range(3)]
        waiting = make.make_claim("approved")
        code, out = run("prepare-run", "--as", first.email)
        made = json.loads(out)
        assert (code, made["payments"], made["pence"], made["left_out"]) == (0, 3, 1260, 0)
        assert run("export-run", made["run"], "--as", first.email, "--out", tmp_path)[0] == 1, "nobody has confirmed it"
        assert run("confirm-run", made["run"], "--as", first.email)[0] == 1, "who prepared it does not confirm it"
        assert run("confirm-run", made["run"], "--as", second.email) == (0, f"Run {made['run']} is confirmed.\n")

        export = ("export-run", made["run"], "--as", first.email, "--out", tmp_path)
        assert run(*export)[0] == 0
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        assert states() == ["in_run"] * 3 + ["approved"]
        code, out = run(*export, "--sent")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
        assert set(before) == {f"bacs-{made['run']}.txt", f"ledger-{made['run']}.csv"}
        assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())
        sums = db.session.scalars(sa.select(PaymentRun)).one().checksums
        assert all(checksum in out for kind, checksum in sums.items() if kind != "vouchers")
        assert len(standard_18.read(before[f"bacs-{made['run']}.txt"]).credits) == 3
        assert states() == ["paid"] * 3 + ["approved"]
        db.session.refresh(waiting)

        back = tmp_path / "back.csv"
        rows = f"Reference,Amount,Code\nCLAIM {claims[1].reference},4.20,B\n"
        back.write_text(f"{rows}CLAIM 2222-2222,4.20,B\n")
        code, out = run("reconcile", back)
        assert (code, states()[1]) == (1, "paid")
        assert '"unknown_rows": [3]' in out
        back.write_text(rows)
        assert json.loads(run("reconcile", back)[1])["failed"] == 1
        assert states() == ["paid", "failed", "paid", "approved"]
        assert json.loads(run("reconcile", back)[1]) == {
            "failed": 0, "known": 1, "unknown_rows": [], "other_amount_rows": [],
        }  # fmt: skip

    def test_is_recorded_as_done_by_the_person_and_files_as_taken(self, run: Any, tmp_path: Path) -> None:
        first, second = payers()
        make.make_claim("authorised")
        number = json.loads(run("prepare-run", "--as", first.email)[1])["run"]
        run("confirm-run", number, "--as", second.email)
        run("export-run", number, "--as", first.email, "--out", tmp_path)
        found = {
            row.action: row.actor
            for row in db.session.scalars(sa.select(AuditEntry).where(AuditEntry.subject == f"payment_run:{number}"))
        }
        assert found["payment_run.prepared"] == found["payment_run.file_taken"] == f"staff:{first.id}"
        assert found["payment_run.confirmed"] == f"staff:{second.id}"

    def test_leaves_out_claims_the_payer_took_part_in(self, run: Any) -> None:
        first, _ = payers()
        make.make_claim("authorised")
        own = make.make_claim("authorised", made_by=first, made_how="paper")
        made = json.loads(run("prepare-run", "--as", first.email)[1])
        assert (made["payments"], made["left_out"]) == (1, 1)
        db.session.refresh(own)
        assert own.state == "authorised"

    @pytest.mark.parametrize("who", ["nobody@example.org", "approver"])
    def test_takes_the_permission(self, run: Any, who: str) -> None:
        approver = make.Team().approver
        make.make_claim("authorised")
        code, out = run("prepare-run", "--as", approver.email if who == "approver" else who)
        assert code == 1
        assert "payments.pay" in out
        assert states() == ["authorised"]

    def test_a_day_on_which_no_bank_pays_is_refused_in_words(self, run: Any) -> None:
        first, _ = payers()
        make.make_claim("authorised")
        code, out = run("prepare-run", "--as", first.email, "--pay-on", "2020-01-01")
        assert code == 1
        assert "working day" in out
        assert "Traceback" not in out
        assert states() == ["authorised"]


class TestLoading:
    def test_the_policy_comes_in_once(self, run: Any) -> None:
        assert run("load-policy")[1].startswith("18 kinds")
        assert run("load-policy")[1].startswith("0 kinds")

    def test_a_table_with_a_bad_line_changes_nothing(self, run: Any, tmp_path: Path) -> None:
        table = tmp_path / "valacdos.txt"
        table.write_text(WEIGHTS)
        assert run("load-modulus", table)[0] == 0
        table.write_text(WEIGHTS + "300000 nonsense\n")
        code, out = run("load-modulus", table)
        assert (code, "Line 2" in out) == (1, True)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(ModulusWeight)) == 1
