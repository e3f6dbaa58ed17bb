"""What is deleted when its time is over: shown before, by somebody who may, in portions, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import AuditEntry
from core.database import db
from expenses.models import (
    Claim,
    ClaimEntry,
    ClaimLine,
    LineDecision,
    Payment,
    PaymentRun,
    Receipt,
)
from expenses.queries import retention as queries
from expenses.services import retention
from tests.core.task_work import work_off
from tests.factories import expenses as make
from tests.factories.staff import sign_in
from tests.support.pages import PageClient

pytestmark = pytest.mark.usefixtures("app")


def later(years: int) -> dt.datetime:
    return clock.now() + dt.timedelta(days=366 * years)


def count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


class TestCutoff:
    @pytest.mark.parametrize(
        ("today", "before"),
        [("2026-03-31", "2019-04-01"), ("2026-04-01", "2020-04-01"), ("2027-01-15", "2020-04-01")],
    )
    def test_is_six_years_after_the_end_of_the_financial_year(self, today: str, before: str) -> None:
        assert queries.cutoff(dt.date.fromisoformat(today)) == dt.date.fromisoformat(before)


class TestDelete:
    def test_shows_first_deletes_with_all_that_hangs_on_it_and_leaves_the_rest(self, client: PageClient) -> None:
        make.make_payer()
        team = make.Team()
        make.make_claim("paid", team=team)
        make.make_claim("refused", team=team)
        owed = make.make_claim("authorised", team=team)
        with clock.stopped_at(later(8)):
            new = make.make_claim("refused", team=team)
            sign_in(client, "administrator")
            page = client.get("/staff/expenses/old")
            assert page.status_code == 200
            assert queries.count_due(queries.cutoff(clock.today())).claims == 2
            assert count(Claim) == 4
            client.submit("/staff/expenses/old")
            assert count(Claim) == 4
            work_off()
            db.session.expire_all()
            assert set(db.session.scalars(sa.select(Claim.id))) == {owed.id, new.id}
            assert (count(Payment), count(PaymentRun)) == (0, 0)
            assert (count(ClaimLine), count(Receipt), count(LineDecision)) == (2, 2, 2)
            left = set(db.session.scalars(sa.select(ClaimEntry.claim_id)))
            assert left == {owed.id, new.id}
            row = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "claims.deleted")).one()
            assert (row.after["claims"], row.actor) == (
                2,
                db.session.scalars(sa.select(AuditEntry.actor).where(AuditEntry.action == "task.asked")).one(),
            )
            assert "There is nothing to delete." in client.get("/staff/expenses/old").text

    def test_goes_on_in_portions_until_nothing_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "PORTION", 2)
        for _ in range(5):
            make.make_claim("refused")
        with clock.stopped_at(later(8)):
            before = queries.cutoff(clock.today())
            assert [retention.delete_portion(before) for _ in range(4)] == [2, 2, 1, 0]

    def test_nothing_a_day_too_early(self) -> None:
        claim = make.make_claim("refused")
        day = claim.submitted_at.date() if claim.submitted_at else clock.today()
        ends = dt.date(day.year + (day.month >= 4), 4, 1)
        last = dt.datetime(ends.year + 6, 3, 31, 12, tzinfo=dt.UTC)
        with clock.stopped_at(last):
            assert queries.count_due(queries.cutoff(clock.today())).claims == 0
        with clock.stopped_at(last + dt.timedelta(days=1)):
            assert queries.count_due(queries.cutoff(clock.today())).claims == 1

    def test_what_was_shown_on_another_day_is_not_deleted(self, client: PageClient) -> None:
        make.make_claim("refused")
        with clock.stopped_at(later(8)):
            sign_in(client, "administrator")
            for before in ("2019-04-01", "", "never"):
                page = client.send("/staff/expenses/old", before=before)
                assert page.status_code == 422
                assert "the day has changed since you looked" in page.text

    @pytest.mark.parametrize("role", ["payer", "panel_manager", "claims_approver"])
    def test_is_for_administrators(self, client: PageClient, role: str) -> None:
        sign_in(client, role)
        assert client.get("/staff/expenses/old").status_code == 403


class TestDrafts:
    def test_go_after_90_days_of_silence_and_not_before(self) -> None:
        make.make_draft()
        sent = make.make_claim("submitted")
        with clock.stopped_at(clock.now() + dt.timedelta(days=89)):
            assert retention.delete_silent_drafts() == 0
        with clock.stopped_at(clock.now() + dt.timedelta(days=91)):
            assert retention.delete_silent_drafts() == 1
        assert list(db.session.scalars(sa.select(Claim.id))) == [sent.id]

    def test_a_receipt_added_since_breaks_the_silence(self) -> None:
        claim = make.make_draft()
        with clock.stopped_at(clock.now() + dt.timedelta(days=60)):
            make.make_receipt(make.claims.lines_of(claim)[0].id)
        with clock.stopped_at(clock.now() + dt.timedelta(days=100)):
            assert retention.delete_silent_drafts() == 0
