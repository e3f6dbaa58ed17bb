"""Loads claims, asks for their pages as people do, and pays a run: `python -m bench.expenses --json [--claims 50000]`.

The claims stand in every state and belong to members of the demo; they are put in by bulk inserts, through the guards
of the database like any other; one person has a hundredth of them. Each page is asked for several times by the test
client of the application; the run of 5,000 payments is prepared, confirmed and made into its files. It fails when a
page takes 300 ms or more of the server's time (processor time, with that of PostgreSQL), or the run 10 s.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PAGE_MS, RUN_SECONDS = 300.0, 10.0
PAYMENTS = 5000
PAGES = {
    "queue": "/staff/expenses/decide",
    "queue, a later page": "/staff/expenses/decide?after={middle}",
    "queue of an engagement": "/staff/expenses/decide?engagement={engagement}",
    "queue of refused": "/staff/expenses/decide?state=refused",
    "claim": "/staff/expenses/decide/{reference}",
    "authorise": "/staff/expenses/authorise",
    "budgets": "/staff/expenses/budgets",
    "spend": "/staff/expenses/figures?year={year}",
    "spend of a month": "/staff/expenses/figures?year={year}&part=m6",
    "spend of a month by kind": "/staff/expenses/figures?year={year}&part=m6&by=kind",
    "speed": "/staff/expenses/figures/speed?year={year}",
    "people": "/staff/expenses/figures/people",
    "forecast": "/staff/expenses/figures/forecast",
    "spend as CSV": "/staff/expenses/figures/spend.csv?year={year}",
    "spend as XLSX": "/staff/expenses/figures/spend.xlsx?year={year}",
    "people as CSV": "/staff/expenses/figures/people.csv",
    "payment runs": "/staff/expenses/runs",
    "new payment run": "/staff/expenses/runs/new",
}
#: Asked for by the person who has most claims, and by a payer once the run is there.
OWN_PAGES = {"own claims": "/claims/", "own claims, a later page": "/claims/?page=10"}
RUN_PAGES = {"payment run": "/staff/expenses/runs/{run}"}
#: State -> its share of a hundred claims; what is to be paid comes on top.
SHARES = {
    "paid": 68, "submitted": 14, "question": 2, "approved": 4, "partly_approved": 1, "refused": 6, "declined": 2,
    "draft": 3,
}  # fmt: skip
_SIGNED = {"authorised", "paid"}
_APPROVED = _SIGNED | {"approved", "partly_approved"}
_PORTION = 5000
#: The share of all claims that one person has.
_OF_ONE = 0.01


class Loader:
    """Makes claims with two lines each, from the draft on."""

    def __init__(self, claims: int, members: int) -> None:
        from tests.factories.staff import make_staff

        self.chance = random.Random(7)
        self.claims, self.members = claims, members
        self.approver, self.holder = make_staff("claims_approver"), make_staff("budget_holder")
        self.payers = [make_staff("payer"), make_staff("payer")]

    def load(self) -> dict[str, Any]:
        """Fill an empty database; return what the addresses of the pages need."""
        import sqlalchemy as sa

        from core import clock
        from core.database import db
        from expenses.models import Claim
        from expenses.queries.reports import financial_year
        from panel import demo
        from panel.models import Member
        from tests.factories import expenses as make
        from tests.factories.engagements import make_engagement

        demo.load(self.members, 7)
        db.session.commit()
        make.make_policy()
        make.make_payer()
        self.engagements = [make_engagement().id for _ in range(20)]
        for number in self.engagements:
            make.make_budget(number, self.holder, pence=50_000_000, expected_people=50, expected_each_pence=1500)
        rows = db.session.execute(sa.select(Member.id, Member.area_id))
        self.areas: dict[int, int | None] = {member: area for member, area in rows}  # noqa: C416  rows are no tuples
        self.payees = self._payees()
        states = ["authorised"] * PAYMENTS
        states += self.chance.choices(list(SHARES), list(SHARES.values()), k=self.claims - PAYMENTS)
        for start in range(0, len(states), _PORTION):
            self._portion(states[start : start + _PORTION])
            db.session.commit()
        waiting = list(db.session.scalars(sa.select(Claim.id).where(Claim.state == "submitted").order_by(Claim.id)))
        middle = waiting[len(waiting) // 2]
        reference = db.session.scalar(sa.select(Claim.reference).where(Claim.id == middle))
        return {
            "middle": middle, "reference": reference, "engagement": self.engagements[0],
            "year": financial_year(clock.today() - dt.timedelta(days=60)), "member": self.payees[0][1],
        }  # fmt: skip

    def _payees(self) -> list[tuple[int, int]]:
        """Return (payee, member), each with an account."""
        import sqlalchemy as sa

        from core import clock, ids
        from core.database import db
        from expenses import indexes
        from expenses.models import BankDetails, Payee
        from expenses.sealed import put

        now = clock.now()
        rows = [
            {"seal_id": ids.random_id(), "kind": "member", "member_id": member, "created_at": now}
            for member in self.areas
        ]
        db.session.execute(sa.insert(Payee), rows)
        found = [(row[0], row[1] or 0) for row in db.session.execute(sa.select(Payee.id, Payee.member_id))]
        accounts = []
        for payee, _member in found:
            numbers = {"sort_code": "999999", "account": f"{payee:08d}", "roll": ""}
            account = BankDetails(seal_id=ids.random_id())
            put(account, "numbers", json.dumps(numbers))
            put(account, "holder", "MADE UP")
            accounts.append(
                {
                    "seal_id": account.seal_id, "payee_id": payee, "numbers": account.numbers, "holder": account.holder,
                    "account_index": indexes.account(numbers)[0], "created_at": now, "created_by": "system",
                    "held_until": now,
                }
            )  # fmt: skip
        db.session.execute(sa.insert(BankDetails), accounts)
        db.session.commit()
        return found

    def _portion(self, states: Sequence[str]) -> None:
        import sqlalchemy as sa

        from core.database import db
        from expenses.models import Claim, ClaimEntry, ClaimLine, LineDecision

        made = [self._claim(state) for state in states]
        # Read back afterwards: to return the numbers in order, every single row would be an INSERT of its own.
        _insert(Claim, [draft for draft, _after in made])
        newest = sa.select(Claim.id, Claim.reference).order_by(Claim.id.desc()).limit(len(made))
        known = {reference: number for number, reference in db.session.execute(newest)}
        numbers = [known[draft["reference"]] for draft, _after in made]
        lines = [line for number, state in zip(numbers, states, strict=True) for line in self._lines(number, state)]
        _insert(ClaimLine, lines)
        theirs = sa.select(ClaimLine.claim_id, ClaimLine.number, ClaimLine.id).where(
            ClaimLine.claim_id >= min(numbers), ClaimLine.claim_id <= max(numbers)
        )
        line_ids = {(claim, number): line for claim, number, line in db.session.execute(theirs)}
        decided = [
            self._decision(line_ids[line["claim_id"], line["number"]], line)
            for line in lines
            if line["approved_pence"] is not None
        ]
        _insert(LineDecision, decided)
        entries = [
            self._entry(number, draft, after)
            for number, (draft, after) in zip(numbers, made, strict=True)
            if after["state"] != "draft"
        ]
        _insert(ClaimEntry, entries)
        db.session.execute(
            sa.update(Claim), [{"id": number, **after} for number, (_draft, after) in zip(numbers, made, strict=True)]
        )

    def _claim(self, state: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the columns of a draft, and what becomes of it."""
        from core import clock, ids

        payee, member = self.payees[0] if self.chance.random() < _OF_ONE else self.chance.choice(self.payees)
        longest = 60 * 24 * (500 if state == "paid" else 25)
        sent = clock.now() - dt.timedelta(minutes=self.chance.randrange(longest))
        draft = {
            "seal_id": ids.random_id(), "reference": self._reference(), "payee_id": payee, "created_at": sent,
            "engagement_id": self.chance.choice(self.engagements), "area_id": self.areas[member],
            "claimed_pence": 840, "kind": "time" if state == "declined" else "costs",
        }  # fmt: skip
        after: dict[str, Any] = {
            "state": state, "submitted_at": None, "promised_on": None, "approved_by": None, "approved_at": None,
            "approved_pence": 0, "authorised_by": None, "authorised_at": None, "paid_on": None, "version": 1,
        }  # fmt: skip
        if state != "draft":
            after |= {"submitted_at": sent, "promised_on": sent.date() + dt.timedelta(days=30), "version": 2}
        if state in _APPROVED | {"refused"}:
            given = 0 if state == "refused" else 420 if state == "partly_approved" else 840
            after |= {"approved_by": self.approver.id, "approved_at": sent, "approved_pence": given}
        if state in _SIGNED:
            after |= {"authorised_by": self.holder.id, "authorised_at": sent}
        if state == "paid":
            after["paid_on"] = min(sent.date() + dt.timedelta(days=self.chance.randint(3, 45)), clock.today())
        return draft, after

    def _reference(self) -> str:
        text = "".join(self.chance.choice("23456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(8))
        return f"{text[:4]}-{text[4:]}"

    def _lines(self, claim: int, state: str) -> Iterator[dict[str, Any]]:
        from core import clock, ids

        for number, category in ((1, "public_transport"), (2, "mileage_car")):
            given = {"refused": 0, "partly_approved": 420 * (2 - number)}.get(state, 420)
            yield {
                "seal_id": ids.random_id(), "claim_id": claim, "number": number, "category": category,
                "spent_on": clock.today() - dt.timedelta(days=self.chance.randrange(1, 500)),
                "spent_pence": 420 if number == 1 else None, "quantity_hundredths": None if number == 1 else 933,
                "claimed_pence": 420, "priced_pence": 420, "flags": [],
                "journey_index": None if number == 1 else f"{self.chance.randrange(10**6):064d}",
                "approved_pence": given if state in _APPROVED | {"refused"} else None,
            }  # fmt: skip

    def _decision(self, line_id: int, line: dict[str, Any]) -> dict[str, Any]:
        from core import clock, ids

        given = line["approved_pence"]
        return {
            "seal_id": ids.random_id(), "line_id": line_id, "round": 1, "claimed_pence": 420, "approved_pence": given,
            "reason": None if given == 420 else "not_covered", "by_id": self.approver.id, "at": clock.now(),
        }  # fmt: skip

    def _entry(self, claim: int, draft: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        from core import ids

        return {
            "seal_id": ids.random_id(), "claim_id": claim, "number": 2, "kind": "sent", "from_state": "draft",
            "to_state": "submitted", "at": after["submitted_at"], "actor": "system", "pence": draft["claimed_pence"],
        }  # fmt: skip


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    import sqlalchemy as sa

    from core.database import db

    db.session.execute(sa.insert(model.__table__), rows)


def _backends() -> tuple[int, ...]:
    """Return the processes that serve this database alone: others may use the same PostgreSQL meanwhile."""
    import sqlalchemy as sa

    from core.database import db, is_postgresql

    if not is_postgresql():
        return ()
    own = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type LIKE 'client%'")
    with db.engine.connect() as connection:
        return tuple(connection.execute(own).scalars())


def _server_ms(roots: tuple[int, ...]) -> float:
    """Return the processor time so far of this process and of PostgreSQL, where there is one."""
    from bench.serving import cpu_ms

    return 1000 * time.process_time() + sum(cpu_ms(pid) for pid in roots)


def _ask(client: Any, path: str, times: int) -> dict[str, Any]:
    from panel.representation import disclosure
    from tests.support.queries import recorded

    def ask() -> None:
        with client.application.app_context():  # of its own, as every request of a server has
            assert client.get(path).status_code == 200, path

    wall, processor = [], []
    with recorded() as recorder:
        ask()
    roots = _backends()
    for _ in range(times):
        disclosure._hide.cache_clear()
        began, used = time.perf_counter(), _server_ms(roots)
        ask()
        wall.append(1000 * (time.perf_counter() - began))
        processor.append(_server_ms(roots) - used)
    middle = statistics.median(processor)
    return {
        "server_ms": round(middle), "ms": round(statistics.median(wall)), "worst_ms": round(max(wall)),
        "queries": recorder.count, "kept": middle < PAGE_MS,
    }  # fmt: skip


def _ask_all(client: Any, pages: dict[str, str], places: dict[str, Any], times: int) -> list[dict[str, Any]]:
    return [{"page": name, **_ask(client, path.format(**places), times)} for name, path in pages.items()]


def _pay(payers: Sequence[Any]) -> dict[str, Any]:
    """Prepare, confirm and export one run; return how long each took, in seconds."""
    import sqlalchemy as sa

    from accounts.models import Staff
    from core.database import db
    from expenses.models import Claim
    from expenses.services import files, runs
    from tests.factories import expenses as make

    first, second = (db.session.get_one(Staff, number) for number in payers)
    day = make.pay_day()
    numbers = list(db.session.scalars(sa.select(Claim.id).where(Claim.state == "authorised")))
    marks = [time.perf_counter()]
    run = runs.prepare(numbers, by=first, pay_on=day)
    db.session.commit()
    marks.append(time.perf_counter())
    runs.confirm(run, by=second)
    db.session.commit()
    marks.append(time.perf_counter())
    files.make_all(run)
    db.session.commit()
    marks.append(time.perf_counter())
    total = round(marks[-1] - marks[0], 2)
    runs.mark_exported(run, run.checksums)
    told = runs.mark_paid(run, paid_on=run.pay_on)
    db.session.commit()
    marks.append(time.perf_counter())
    prepared, confirmed, exported, paid = (round(b - a, 2) for a, b in itertools.pairwise(marks))
    return {
        "run": run.id, "payments": run.payments, "prepared_s": prepared, "confirmed_s": confirmed,
        "exported_s": exported, "total_s": total, "paid_and_told_s": paid,
        "kept": total < RUN_SECONDS and run.payments == told == len(numbers),
    }  # fmt: skip


def run(claims: int, members: int, times: int, database: str) -> dict[str, Any]:
    """Return the figures of every page and of the run."""
    import app as application
    from bench.serving import installation

    with installation(database, Path(tempfile.mkdtemp())) as (settings, _roots):
        built = application.create_app(settings)
        with built.app_context():
            return _run(built, claims, members, times) | {"database": database}


def _run(built: Any, claims: int, members: int, times: int) -> dict[str, Any]:
    import sqlalchemy as sa

    from core.database import db
    from panel.models import Member
    from tests.factories import staff
    from tests.factories.members import sign_in_member

    db.create_all()
    began = time.perf_counter()
    loader = Loader(claims, members)
    places = loader.load()
    payers = [payer.id for payer in loader.payers]
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()
    loading = time.perf_counter() - began
    office, person = built.test_client(), built.test_client()
    staff.sign_in(office, "claims_approver", "budget_holder", "payer")
    sign_in_member(person, db.session.get_one(Member, places["member"]))
    db.session.remove()
    pages = _ask_all(office, PAGES, places, times) + _ask_all(person, OWN_PAGES, places, times)
    roots = _backends()
    used = _server_ms(roots)
    paid = _pay(payers)
    paid["server_s"] = round((_server_ms(roots) - used) / 1000, 2)
    db.session.remove()
    pages += _ask_all(office, RUN_PAGES, paid, times)
    return {
        "claims": claims, "members": members, "load_seconds": round(loading, 1), "limit_ms": PAGE_MS, "pages": pages,
        "run_limit_s": RUN_SECONDS, "run": paid,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "ok": paid["kept"] and all(page["kept"] for page in pages),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--claims", type=int, default=50_000)
    parser.add_argument("--members", type=int, default=6000)
    parser.add_argument("--times", type=int, default=5, help="how often each page is asked for")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    figures = run(options.claims, options.members, options.times, options.database)
    if options.json:
        print(json.dumps(figures))
    else:
        for page in figures["pages"]:
            print(f"{page['page']:>24}: {page['server_ms']} ms of {page['ms']}, {page['queries']} queries")
        print(f"{figures['run']['payments']:>24} payments: {figures['run']['total_s']} s")
    return 0 if figures["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
