"""No penny is lost or made between a line, its claim, the run, the files for bank and ledger, and the report."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from core import clock
from core.database import db
from expenses.models import Claim, ClaimLine, Payee, Payment, PaymentRun
from expenses.queries import reports
from expenses.queries import runs as run_queries
from expenses.services import authorising, choices, claims, deciding, files, payer, policy, runs
from expenses.services.deciding import Given
from tests.conftest import _drop_all_rows
from tests.expenses import standard_18
from tests.factories import expenses as make

#: The year's miles begin anew on 6 April, three weeks before.
TODAY = dt.datetime(2026, 4, 27, 12, tzinfo=dt.UTC)
SINCE = dt.date(2025, 4, 6)

hundredths = st.integers(1, 9999)
pence = st.integers(0, 30_000)


@dataclass(frozen=True)
class Figures:
    """What the policy says from a day on: a cap for fares, a rate with a threshold for miles, a rate for hours."""

    fare_cap: int | None
    mile: int
    threshold: int
    above: int
    hour: int


@dataclass(frozen=True)
class Line:
    """A cost, so many days ago; `share` is the percentage an approver gives."""

    category: str
    days_ago: int
    pence: int
    hundredths: int
    share: int

    @property
    def day(self) -> dt.date:
        return TODAY.date() - dt.timedelta(days=self.days_ago)


@dataclass(frozen=True)
class Asked:
    """A claim of one of three people."""

    person: int
    method: str
    lines: tuple[Line, ...]


figures = st.builds(
    Figures,
    st.none() | st.integers(0, 20_000),
    hundredths,
    st.integers(0, 300_000),
    hundredths,
    st.integers(1, 300_000),
)
#: The days on both sides of 6 April, and any other.
days_ago = st.sampled_from([0, 20, 21, 22, 23]) | st.integers(0, 60)
lines = st.builds(
    Line,
    st.sampled_from(["public_transport", "mileage_car", "childcare"]),
    days_ago,
    pence,
    st.integers(1, 200_000),
    st.sampled_from([0, 1, 50, 99, 100, 100]),
)
asked = st.builds(
    Asked, st.integers(0, 2), st.sampled_from(["bank", "voucher"]), st.lists(lines, min_size=1, max_size=4).map(tuple)
)
#: The day before new figures hold, the day they do, and the day after; and miles around 6 April.
BOUNDARY = (
    Figures(100, 1, 0, 1, 1),
    Figures(200, 4500, 1000, 2500, 100),
    10,
    [
        Asked(0, "bank", tuple(Line("public_transport", day, 500, 1, 100) for day in (11, 10, 9))),
        Asked(1, "voucher", tuple(Line("mileage_car", day, 0, 600, 50) for day in (22, 21, 20))),
    ],
)
#: 10,000 miles, 9,990 of which are driven: the second claim crosses the threshold inside its first line.
CROSSING = (
    Figures(None, 4500, 1_000_000, 2500, 1200),
    Figures(None, 4500, 1_000_000, 2500, 1200),
    40,
    [
        Asked(0, "bank", (Line("mileage_car", 3, 0, 999_000, 100),)),
        Asked(0, "bank", (Line("mileage_car", 1, 0, 2550, 100), Line("mileage_car", 0, 0, 333, 100))),
    ],
)


def rounded(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def expected(line: Line, held: Figures, used: int) -> tuple[int, int]:
    """Return what is asked for and what the policy gives, in pence, read from the words of the policy alone."""
    if line.category == "public_transport":
        return line.pence, line.pence if held.fare_cap is None else min(line.pence, held.fare_cap)
    if line.category == "childcare":
        return line.pence, min(line.pence, rounded(Fraction(line.hundredths * held.hour, 10_000)))
    below = max(0, min(used + line.hundredths, held.threshold) - used)
    sum_of_both = rounded(Fraction(below * held.mile + (line.hundredths - below) * held.above, 10_000))
    return sum_of_both, sum_of_both


class Month:
    """A policy that changes on a day, claims of three people, and one run that pays what was approved."""

    def __init__(self, before: Figures, after: Figures, changed: int) -> None:
        self.before, self.after = before, after
        self.changed_on = TODAY.date() - dt.timedelta(days=changed)
        make.make_policy()
        self._add(before, SINCE + dt.timedelta(days=1))
        self._add(after, self.changed_on)
        payer.set_layout(
            [{"name": name, "value": name} for name in ("reference", "category", "pence", "pounds")], {}, by="test"
        )
        self.payees = [make.make_payee().id for _ in range(3)]
        self.team = make.Team()
        self.used: dict[tuple[int, bool], int] = defaultdict(int)

    def _add(self, held: Figures, day: dt.date) -> None:
        more = {"who": ["self"], "receipt": "never", "valid_from": day}
        policy.add_rate("public_transport", {"unit": "cost", "cap_pence": held.fare_cap, **more}, "test")
        miles = {"rate_hundredths": held.mile, "threshold_hundredths": held.threshold, "above_hundredths": held.above}
        policy.add_rate("mileage_car", {"unit": "mile", **miles, **more}, "test")
        policy.add_rate("childcare", {"unit": "hour", "rate_hundredths": held.hour, **more}, "test")

    def prices(self, claim: Asked) -> list[tuple[int, int]]:
        """Return what each line should come to, the person's miles of each tax year counted across their claims."""
        found: dict[int, tuple[int, int]] = {}
        for place in sorted(range(len(claim.lines)), key=lambda n: (claim.lines[n].day, n)):
            line = claim.lines[place]
            year = (claim.person, line.day >= dt.date(2026, 4, 6))
            held = self.after if line.day >= self.changed_on else self.before
            found[place] = expected(line, held, self.used[year])
            if line.category == "mileage_car":
                self.used[year] += line.hundredths
        return [found[place] for place in range(len(claim.lines))]

    def send(self, asked: Asked) -> Claim:
        claim = claims.begin(db.session.get_one(Payee, self.payees[asked.person]), language="en")
        for line in asked.lines:
            values: dict[str, Any] = {"category": line.category, "spent_on": line.day}
            if line.category != "mileage_car":
                values["spent_pence"] = line.pence
            if line.category != "public_transport":
                values["quantity_hundredths"] = line.hundredths
            claims.add_line(claim, **values)
        if asked.method == "voucher":
            choices.choose(claim, "voucher", language="en", how="online")
        claims.send(claim, actor="test")
        return claim

    def decide(self, claim: Claim, asked: Asked) -> None:
        """Give of each line the share an approver gives, authorise what is left of the claim."""
        found = claims.lines_of(claim)
        given = {
            row.id: Given(row.claimed_pence * line.share // 100, "access_need" if line.share == 100 else "other_less")
            for row, line in zip(found, asked.lines, strict=True)
        }
        deciding.decide(claim, given, by=self.team.approver, version=claim.version)
        if claim.state != "refused":
            authorising.authorise(claim, by=self.team.authoriser, version=claim.version)

    def pay(self) -> PaymentRun | None:
        ready = list(db.session.scalars(sa.select(Claim.id).where(Claim.state == "authorised")))
        if not ready:
            return None
        run = runs.prepare(ready, by=self.team.payer, pay_on=make.pay_day())
        runs.confirm(run, by=self.team.second_payer)
        files.make_all(run)
        runs.mark_exported(run, run.checksums)
        db.session.commit()
        return run


def amounts_of(claim: Claim) -> list[tuple[int, int]]:
    return [(line.claimed_pence, line.priced_pence) for line in claims.lines_of(claim)]


def in_pence(pounds: str) -> int:
    whole, _, rest = pounds.partition(".")
    assert len(rest) == 2
    return 100 * int(whole) + int(rest)


def files_agree(run: PaymentRun) -> None:
    """Check that bank, vouchers and ledger each hold every penny of the run, payment by payment."""
    paid = {row.reference: row.amount_pence for row in db.session.scalars(sa.select(Payment).filter_by(run_id=run.id))}
    found: dict[str, int] = {}
    content = files.make(run, "bacs")
    if content:
        bank = standard_18.read(content)
        found |= {row["reference"].rstrip(): int(row["pence"]) for row in bank.credits}
        assert int(bank.contras[0]["pence"]) == sum(found.values()) == int(bank.labels["UTL1"]["credit_pence"])
    vouchers = csv.DictReader(io.StringIO(files.make(run, "vouchers").decode()))
    found |= {row["reference"]: in_pence(row["amount"]) for row in vouchers}
    assert found == paid
    ledger: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(io.StringIO(files.make(run, "ledger").decode())):
        assert in_pence(row["pounds"]) == int(row["pence"])
        ledger[f"CLAIM {row['reference']}"] += int(row["pence"])
    assert ledger == paid
    assert run.total_pence == sum(paid.values()) == sum(pence for _, pence in run_queries.totals(run.id).values())


def start_again() -> None:
    """Empty the database between two examples, whatever became of the one before."""
    db.session.rollback()
    db.session.remove()
    _drop_all_rows()


@pytest.fixture
def empty(app: object) -> Iterator[Callable[[], None]]:
    with clock.stopped_at(TODAY):
        yield start_again
    db.session.rollback()


@pytest.mark.slow
class TestNoPennyIsLost:
    @settings(max_examples=15, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
    @given(figures, figures, days_ago, st.lists(asked, min_size=1, max_size=4))
    @example(*CROSSING)
    @example(*BOUNDARY)
    def test_from_line_to_claim_to_run_to_files_to_report(
        self, empty: Callable[[], None], before: Figures, after: Figures, changed: int, wanted: list[Asked]
    ) -> None:
        empty()
        month = Month(before, after, changed)
        for asked in wanted:
            claim = month.send(asked)
            assert amounts_of(claim) == month.prices(asked)
            assert claim.claimed_pence == sum(claimed for claimed, _ in amounts_of(claim))
            month.decide(claim, asked)
            approved = [line.approved_pence or 0 for line in claims.lines_of(claim)]
            assert claim.approved_pence == sum(approved)
        run = month.pay()
        given_in_all = db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(ClaimLine.approved_pence), 0)))
        assert (run.total_pence if run else 0) == given_in_all
        if run is None:
            return
        files_agree(run)
        runs.mark_paid(run, paid_on=run.pay_on)
        report = reports.spend(2026)
        assert report.whole[1] == run.total_pence
        for parts in (report.by_kind, report.by_area, report.by_engagement):
            assert sum(pence for _, pence in parts.values()) == run.total_pence
