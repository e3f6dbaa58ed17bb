"""Payment runs: whole or not at all, by two people, and the same files every time."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, config
from core.database import commit, db
from expenses import processing_days, returns
from expenses.errors import (
    ChangedFileError,
    ClaimMovedError,
    ForgottenError,
    HeldError,
    NoPayerAccountError,
    NotAProcessingDayError,
    RunMovedError,
)
from expenses.models import Claim, Payee, Payment, PaymentMethod, PaymentRun
from expenses.queries import payable
from expenses.services import budgets, choices, files, payees, payer, reconciling, runs
from panel import contact
from panel.services import membership
from tests.expenses import standard_18
from tests.factories import expenses as make
from tests.factories.engagements import make_engagement
from tests.factories.members import make_member
from tests.factories.staff import make_staff

pytestmark = pytest.mark.usefixtures("app")


def authorised(team: make.Team, count: int = 1) -> list[Claim]:
    return [make.make_claim("authorised", team=team) for _ in range(count)]


def payee_of(claim: Claim) -> Payee:
    return db.session.get_one(Payee, claim.payee_id)


def confirmed(team: make.Team, claims: list[Claim]) -> PaymentRun:
    run = runs.prepare([c.id for c in claims], by=team.payer, pay_on=make.pay_day())
    runs.confirm(run, by=team.second_payer)
    commit()
    return run


class TestPrepare:
    @pytest.mark.parametrize("days", [-1, 0, 31])
    def test_refuses_a_day_in_the_past_today_and_too_far(self, days: int) -> None:
        team = make.Team()
        [claim] = authorised(team)
        make.make_payer()
        with pytest.raises(NotAProcessingDayError):
            runs.prepare([claim.id], by=team.payer, pay_on=clock.today() + dt.timedelta(days=days))

    def test_needs_the_account_of_the_organisation_unless_all_is_vouchers(self) -> None:
        team = make.Team()
        first, second = authorised(team, 2)
        day = processing_days.next_day(clock.today())
        with pytest.raises(NoPayerAccountError):
            runs.prepare([first.id], by=team.payer, pay_on=day)
        db.session.rollback()
        second = make.make_claim("draft", team=team)
        choices.choose(second, PaymentMethod.VOUCHER, language="en", how="online")
        for step in ("submitted", "approved", "authorised"):
            make._STEPS[step](second, team)
        run = runs.prepare([second.id], by=team.payer, pay_on=day)
        assert (run.payments, run.total_pence) == (1, 420)

    def test_of_fifty_runs_that_want_one_claim_at_once_one_gets_it(self, app: Flask) -> None:
        team = make.Team()
        [claim] = authorised(team)
        day, claim_id, payer_id = make.pay_day(), claim.id, team.payer.id
        commit()
        results: list[str] = []
        start = threading.Barrier(50)

        def attempt() -> None:
            with app.app_context():
                from accounts.models import Staff

                start.wait()
                try:
                    runs.prepare([claim_id], by=db.session.get_one(Staff, payer_id), pay_on=day)
                    commit()
                    results.append("made")
                except ClaimMovedError:
                    db.session.rollback()
                    results.append("late")
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=attempt) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == ["late"] * 49 + ["made"]
        live = sa.select(sa.func.count()).select_from(Payment).where(Payment.claim_id == claim_id)
        assert db.session.scalar(live) == 1


class TestPayable:
    def test_tells_what_is_ready_what_is_held_and_what_has_no_account(self) -> None:
        team = make.Team()
        ready, held, missing = authorised(team, 3)
        details = make.current_account(held.payee_id)
        details.ended_at = clock.now()
        db.session.flush()
        make.make_account(payee_of(held), held_until=clock.now() + dt.timedelta(hours=1))
        make.current_account(missing.payee_id).ended_at = clock.now()
        commit()
        found = {row.id: row.account for row in payable.list_waiting(10)}
        assert found == {ready.id: "ready", held.id: "held", missing.id: "missing"}
        assert payable.ready_ids() == [ready.id]
        assert payable.count_waiting()["held"] == (1, 420)
        with pytest.raises(HeldError):
            runs.prepare([held.id], by=team.payer, pay_on=make.pay_day())


class TestFiles:
    def test_bank_ledger_and_claims_say_the_same_sum(self) -> None:
        team = make.Team()
        run = confirmed(team, authorised(team, 3))
        bank = standard_18.read(files.make(run, "bacs"))
        ledger = list(csv.DictReader(io.StringIO(files.make(run, "ledger").decode())))
        pence = [round(float(row["Amount"]) * 100) for row in ledger]
        paid = db.session.scalar(sa.select(sa.func.sum(Claim.approved_pence - Claim.advance_pence)))
        assert sum(int(r["pence"]) for r in bank.credits) == sum(pence) == paid == run.total_pence
        assert files.make(run, "vouchers") == b""

    def test_the_same_run_gives_the_same_bytes_whatever_changed_since(self) -> None:
        team = make.Team()
        claims = authorised(team, 2)
        run = confirmed(team, claims)
        first = {kind: files.make(run, kind) for kind in files.NAMES}
        payer.set_account("OTHER", "111111", "010101", "11111111", by="test")
        payer.set_layout([{"name": "X", "value": "run"}], {}, by="test")
        make.current_account(claims[0].payee_id).ended_at = clock.now()
        db.session.flush()
        make.make_account(payee_of(claims[0]), account="12345678")
        commit()
        again = {kind: files.make(run, kind) for kind in files.NAMES}
        assert again == first
        assert run.checksums["bacs"] == hashlib.sha256(first["bacs"]).hexdigest()

    def test_a_voucher_goes_where_it_went_the_first_time_and_costs_stay_in_their_cost_centre(self) -> None:
        team, engagement = make.Team(), make_engagement()
        budget = make.make_budget(engagement.id, team.authoriser, coding="E100")
        member = make_member(name="Ann Lee", address="1 Old Street")
        claim = make.make_draft(make.make_payee(member), engagement_id=engagement.id)
        choices.choose(claim, PaymentMethod.VOUCHER, language="en", how="online")
        make.bring(claim, "authorised", team)
        payer.set_layout(
            [{"name": "N", "value": "name"}, {"name": "C", "value": "cost_centre"}, {"name": "P", "value": "pence"}],
            {},
            by="test",
        )
        run = confirmed(team, [claim, *authorised(team)])
        first = {kind: files.make(run, kind) for kind in files.NAMES}
        [row] = list(csv.DictReader(io.StringIO(first["vouchers"].decode())))
        assert (row["name"], row["address"], row["amount"]) == ("Ann Lee", "1 Old Street", "4.20")
        assert sorted(first["ledger"].decode().splitlines()[1:]) == ["A Patel,,420", "Ann Lee,E100,420"]
        contact.seal_contact(member, name="Ann Moore", address="2 New Street", email="new@example.org")
        member.language = "cy"
        budgets.change(budget, budget.revision, coding="E200")
        commit()
        assert {kind: files.make(run, kind) for kind in files.NAMES} == first

    def test_where_a_voucher_went_is_deleted_when_the_person_leaves_and_nothing_is_owed(self) -> None:
        team, member = make.Team(), make_member(name="Ann Lee", address="1 Old Street")
        claim = make.make_draft(make.make_payee(member))
        choices.choose(claim, PaymentMethod.VOUCHER, language="en", how="online")
        make.bring(claim, "authorised", team)
        run = confirmed(team, [claim])
        membership.leave(member, "en")
        commit()
        assert b"1 Old Street" in files.make(run, "vouchers")
        runs.mark_exported(run, run.checksums)
        runs.mark_paid(run, paid_on=run.pay_on)
        assert payees.forget_settled() == 1
        with pytest.raises(ForgottenError):
            files.make(run, "vouchers")

    def test_a_file_that_comes_out_otherwise_is_not_handed_over(self) -> None:
        team = make.Team()
        run = confirmed(team, authorised(team))
        run.checksums = {"bacs": "0" * 64}
        commit()
        with pytest.raises(ChangedFileError):
            files.make(run, "bacs")

    def test_there_are_none_before_a_second_payer_has_confirmed(self) -> None:
        team = make.Team()
        [claim] = authorised(team)
        run = runs.prepare([claim.id], by=team.payer, pay_on=make.pay_day())
        with pytest.raises(RunMovedError):
            files.make(run, "bacs")

    def test_the_ledger_follows_the_layout_of_its_time(self) -> None:
        team = make.Team()
        columns = [{"name": "Value", "value": "pence"}, {"name": "Currency", "value": "text:GBP"}]
        columns.append({"name": "Code", "value": "account_code"})
        payer.set_layout(columns, {"default": "5500", "public_transport": "5510"}, by="test")
        run = confirmed(team, authorised(team))
        assert files.make(run, "ledger").decode().splitlines() == ["Value,Currency,Code", "420,GBP,5510"]


class TestReconcile:
    def _sent(self, count: int = 2) -> tuple[make.Team, list[Claim], PaymentRun]:
        team = make.Team()
        claims = authorised(team, count)
        run = confirmed(team, claims)
        files.make_all(run)
        runs.mark_exported(run, run.checksums)
        runs.mark_paid(run, paid_on=run.pay_on)
        commit()
        return team, claims, run

    def _list(self, *rows: str) -> list[returns.Return]:
        return returns.read("\n".join(["Reference,Amount,Code", *rows]).encode())

    def test_what_came_back_fails_and_the_rest_stays_paid(self) -> None:
        _, (back, kept), _run = self._sent()
        report = reconciling.reconcile(self._list(f"CLAIM {back.reference},4.20,B"), make_staff("payer"))
        db.session.refresh(back)
        db.session.refresh(kept)
        assert (report.failed, back.state, kept.state) == ([2], "failed", "paid")
        assert db.session.scalar(sa.select(Payment.failure).where(Payment.claim_id == back.id)) == "B"

    def test_a_list_read_twice_changes_nothing_even_after_the_claim_was_paid_again(self) -> None:
        team, (back,), _run = self._sent(1)
        rows = self._list(f"CLAIM {back.reference},4.20,B")
        reconciling.reconcile(rows, None)
        db.session.refresh(back)
        assert reconciling.reconcile(rows, None).known == [2]
        runs.correct(back, actor="test")
        again = confirmed(team, [back])
        files.make_all(again)
        runs.mark_exported(again, again.checksums)
        runs.mark_paid(again, paid_on=again.pay_on)
        [record] = standard_18.read(files.make(again, "bacs")).credits
        assert record["reference"].rstrip() == f"CLAIM {back.reference}/2"
        assert reconciling.reconcile(rows, None).known == [2]
        db.session.refresh(back)
        assert back.state == "paid"

    def test_a_row_that_cannot_be_used_is_named(self) -> None:
        _, (back,), _run = self._sent(1)
        report = reconciling.reconcile(self._list("CLAIM 2222-2222,4.20,B", f"CLAIM {back.reference},9.99,B"), None)
        assert (report.unknown, report.other_amount, report.is_clean) == ([2], [3], False)
        db.session.refresh(back)
        assert back.state == "paid"


class TestReturns:
    @pytest.mark.parametrize("content", [b"", b"a,b\n1,2", b"\0\1\2", b'reference\n"open'])
    def test_refuses_what_is_no_list(self, content: bytes) -> None:
        with pytest.raises(returns.ReturnsError):
            returns.read(content)

    def test_names_the_row_that_has_no_reference(self) -> None:
        with pytest.raises(returns.ReturnsRowError) as caught:
            returns.read(b"reference;amount\nCLAIM 7K3M-Q2ZD;1.00\nnobody;2.00")
        assert caught.value.params == {"row": 3}


_DIES_BEFORE_COMMIT = """
import os, signal, sys, datetime as dt
import sqlalchemy as sa
import app as application
from accounts.models import Staff
from core.database import commit, db
from expenses.services import runs
with application.create_app().app_context():
    sa.event.listen(db.session, "before_commit", lambda session: os.kill(os.getpid(), signal.SIGKILL))
    ids = [int(part) for part in sys.argv[3].split(",")]
    runs.prepare(ids, by=db.session.get(Staff, int(sys.argv[1])), pay_on=dt.date.fromisoformat(sys.argv[2]))
    commit()
"""


class TestKilled:
    def test_a_run_killed_before_its_end_leaves_no_claim_half_paid(self, app: Flask) -> None:
        team = make.Team()
        claims = authorised(team, 3)
        commit()
        settings = config.settings().values
        names = ("DATABASE_URL", "SECRET_KEY")
        environ = os.environ | {name: str(settings[name]) for name in names if settings.get(name)}
        environ |= {"INSTANCE_PATH": str(config.settings().instance_path)}
        arguments = [str(team.payer.id), make.pay_day().isoformat(), ",".join(str(c.id) for c in claims)]
        db.session.rollback()
        command = [sys.executable, "-c", _DIES_BEFORE_COMMIT, *arguments]
        died = subprocess.run(command, cwd=Path(__file__).parents[2], env=environ, capture_output=True, check=False)
        assert died.returncode == -signal.SIGKILL, died.stderr.decode()[-2000:]
        states = list(db.session.scalars(sa.select(Claim.state)))
        assert (states, db.session.scalar(sa.select(sa.func.count()).select_from(Payment))) == (["authorised"] * 3, 0)
        run = runs.prepare([c.id for c in claims], by=team.payer, pay_on=make.pay_day())
        assert run.payments == 3
