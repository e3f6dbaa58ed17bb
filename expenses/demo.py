"""The demo's claims: some in every state, months of them paid in runs, a few that need somebody to look."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Staff
from core import clock, ids
from core.database import db
from expenses import demo_cases, demo_papers, indexes, processing_days, sealed
from expenses.models import BankDetails, Budget, Claim, ClaimKind, ClaimState, PayeeKind, PaymentMethod
from expenses.queries import bank_details, payments
from expenses.services import authorising, choices, claims, deciding, files, payees, payer, policy, receipts, runs
from expenses.services.deciding import Given
from mail import by_hand
from panel.models import Member

#: How many claims, however large the panel: the story stays the same.
CLAIMS = 60
#: What a claim holds: category, lowest and highest pence or hundredths of miles one way.
_COSTS = (
    ("public_transport", 240, 980),
    ("public_transport", 240, 980),
    ("mileage_car", 200, 2600),
    ("mileage_car", 200, 2600),
    ("parking", 250, 900),
    ("childcare", 1500, 4200),
    ("care_adult", 1800, 5200),
    ("meal_day", 380, 640),
    ("phone", 200, 480),
)
_PLACES = ("Oadby", "Wigston", "Coalville", "Hinckley", "Loughborough", "Melton Mowbray", "Oakham", "Beaumont Leys")
_NO_RECEIPT = ("The machine did not give one.", "I lost it on the way home.", "It was on my phone, which broke.")
#: State -> how many of a hundred claims stand there at the end of the story.
_SHARES = {
    "paid": 46,
    "submitted": 16,
    "question": 6,
    "approved": 8,
    "partly_approved": 4,
    "refused": 4,
    "authorised": 7,
    "failed": 2,
    "declined": 4,
    "draft": 3,
}
#: Claims that somebody looks at: they have receipts.
_WITH_PAPERS = {"submitted", "approved", "partly_approved"}
_FIRMS = {
    "public_transport": "Soar Valley Buses",
    "parking": "City Car Park",
    "childcare": "Little Acorns Nursery",
    "care_adult": "Helping Hands Care",
    "meal_day": "Canteen",
}
_DAYS_AGO = {"paid": (40, 85), "failed": (40, 60), "authorised": (6, 12), "refused": (10, 60)}

#: Staff of the demo need no longer to ring or write to people whom e-mail does not reach.
_TOLD_AFTER = dt.timedelta(days=10)


@dataclass(frozen=True)
class Office:
    """Who of the demo's staff does what."""

    approver: Staff
    holder: Staff
    payer: Staff
    second_payer: Staff
    enterer: Staff


def load(member_ids: Sequence[int], engagement_ids: Sequence[int], cast: Mapping[str, int], seed: int) -> str:
    """Add the policy, budgets and claims of some of the members; return a line about them; the caller commits."""
    chance = random.Random(seed)
    names = ("claims_approver", "budget_holder", "payer", "second_payer", "panel_manager")
    office = Office(*(db.session.get_one(Staff, cast[name]) for name in names))
    policy.load_defaults("command")
    for engagement_id, pence in zip(engagement_ids, (150_000, 60_000), strict=False):
        _budget(engagement_id, pence, office)
    _charities()
    payer.set_account("DEMO PANEL", "000000", "999999", "00000000", by="command")
    chosen = chance.sample(list(member_ids), min(CLAIMS, len(member_ids)))
    states = _states(chance, len(chosen))
    made = [
        _claim(chance, member_id, state, chance.choice(engagement_ids), office)
        for member_id, state in zip(chosen, states, strict=True)
    ]
    # With the claims of the first run, so that they are paid before their day.
    advances = [
        demo_cases.old_advance(member_id, office.approver, office.holder, engagement_ids[0])
        for member_id in chosen[-demo_cases.ADVANCES :]
    ]
    made, states = [*advances, *made], ["paid"] * len(advances) + states
    _pay(made, states, office)
    demo_cases.account_for(advances, office.approver)
    demo_cases.pay_another_way([claim for claim in made if claim.state == ClaimState.FAILED], office.enterer)
    demo_cases.ask(chosen, office.approver, engagement_ids[0])
    _account(demo_cases.invoice(office.enterer, engagement_ids[0]))
    _tell_by_hand()
    return f"{len(made)} claims for expenses, {states.count('paid')} of them paid."


def _tell_by_hand() -> None:
    """Whom e-mail does not reach has been rung or written to, but for what is newest."""
    for message in by_hand.list_waiting("payee", 0, 500):
        if message.created_at < clock.now() - _TOLD_AFTER:
            with clock.stopped_at(message.created_at + dt.timedelta(days=2)):
                by_hand.settle(message, told=True)


def _states(chance: random.Random, count: int) -> list[str]:
    """Return one of each state first, so that a small panel shows them all, then the rest by their shares.

    Three payments come back: one that waits, one for which its person and one for which staff found another way.
    """
    first = [*_SHARES, "failed", "failed"]
    rest = chance.choices(list(_SHARES), list(_SHARES.values()), k=max(0, count - len(first)))
    return [*first, *rest][:count]


def _budget(engagement_id: int, pence: int, office: Office) -> None:
    day = clock.today()
    db.session.add(
        Budget(
            engagement_id=engagement_id,
            holder_id=office.holder.id,
            set_pence=pence,
            starts_on=day - dt.timedelta(days=200),
            ends_on=day + dt.timedelta(days=165),
            expected_people=40,
            expected_each_pence=1800,
            coding=f"ENG{engagement_id:03d}",
            created_at=clock.now(),
        )
    )


def _charities() -> None:
    payees.make(PayeeKind.CHARITY, "The Lantern Trust (made up)", charity_number="0000000")


def _claim(chance: random.Random, member_id: int, state: str, engagement_id: int, office: Office) -> Claim:
    """Make one claim on its day and take it as far as the approver and the budget holder take it."""
    ago = chance.randint(*_DAYS_AGO.get(state, (1, 20)))
    sent = clock.start_of_day(clock.today() - dt.timedelta(days=ago)) + dt.timedelta(hours=chance.randint(8, 20))
    member = db.session.get_one(Member, member_id)
    with clock.stopped_at(sent):
        payee = payees.for_member(member)
        for_time = state == "declined" or chance.random() < 0.15
        kind = ClaimKind.TIME if for_time else ClaimKind.COSTS
        claim = claims.begin(payee, kind=kind, language=member.language, engagement_id=engagement_id)
        if for_time:
            _add_time(chance, claim)
        else:
            _add_costs(chance, claim, with_papers=state in _WITH_PAPERS)
        method = PaymentMethod.NONE if state == "declined" else PaymentMethod.BANK
        if chance.random() < 0.12 and method == PaymentMethod.BANK:
            method = PaymentMethod.VOUCHER
        choices.choose(claim, method, language=member.language, how="online", actor=f"member:{member.id}")
        if state != "draft":
            claims.send(claim, actor=f"member:{member.id}")
    with clock.stopped_at(min(sent + dt.timedelta(days=2), clock.now())):
        _decide(chance, claim, state, office)
    if state in {"authorised", "paid", "failed"}:
        with clock.stopped_at(min(sent + dt.timedelta(days=4), clock.now())):
            authorising.authorise(claim, by=office.holder, version=claim.version)
    return claim


def _add_time(chance: random.Random, claim: Claim) -> None:
    day = clock.today() - dt.timedelta(days=chance.randint(1, 9))
    claims.add_line(claim, role="adviser", minutes=chance.choice([90, 120, 180, 300]), spent_on=day)


def _add_costs(chance: random.Random, claim: Claim, *, with_papers: bool) -> None:
    day = clock.today() - dt.timedelta(days=chance.randint(1, 25))
    for category, low, high in chance.sample(_COSTS, chance.choice([1, 1, 2, 3])):
        values: dict[str, Any] = {"category": category, "spent_on": day}
        if category.startswith("mileage"):
            values["quantity_hundredths"] = chance.randrange(low, high, 10) * 2
            values["return_journey"] = True
            values["journey"] = {"from": chance.choice(_PLACES), "to": "Leicester"}
        else:
            values["spent_pence"] = chance.randrange(low, high, 5)
            values["no_receipt"] = None if with_papers else chance.choice(_NO_RECEIPT)
        line = claims.add_line(claim, **values)
        if with_papers and line.spent_pence:
            paper = demo_papers.receipt(_FIRMS.get(category, "Corner Shop"), line.spent_pence, f"{day:%d.%m.%Y}")
            receipts.add(claim, line, paper, actor=f"member:{claim.payee_id}")


def _decide(chance: random.Random, claim: Claim, state: str, office: Office) -> None:
    version = claim.version
    if state == "question":
        deciding.ask(claim, "Can you tell us which day you travelled?", by=office.approver, version=version)
    elif state == "refused":
        words = "This was not part of taking part. Ring us if you see it otherwise."
        deciding.refuse(claim, "not_covered", words, by=office.approver, version=version)
    elif state in {"approved", "partly_approved", "authorised", "paid", "failed"}:
        partly = state == "partly_approved"
        given = {
            line.id: Given(line.claimed_pence // 2, "wrong_amount")
            if partly
            else Given(line.claimed_pence, "receipt_lost" if line.flags else None)
            for line in claims.lines_of(claim)
        }
        deciding.decide(claim, given, by=office.approver, version=version)


def _pay(made: Sequence[Claim], states: Sequence[str], office: Office) -> None:
    """Pay what is to be paid in two runs, five weeks and a week ago; some payments of the second come back."""
    due = [(claim, state) for claim, state in zip(made, states, strict=True) if state in {"paid", "failed"}]
    half = len(due) // 2
    for ago, portion in ((30, due[:half]), (7, due[half:])):
        if not portion:
            continue
        day = clock.today() - dt.timedelta(days=ago)
        with clock.stopped_at(clock.start_of_day(day) + dt.timedelta(hours=10)):
            for claim, _state in portion:
                _account(claim)
            pay_on = processing_days.next_day(day)
            run = runs.prepare([claim.id for claim, _state in portion], by=office.payer, pay_on=pay_on)
            runs.confirm(run, by=office.second_payer)
            for claim, state in portion:
                payment = payments.find_live(claim.id)
                if state == "failed" and payment is not None:
                    runs.fail(payment, "by_hand", by=office.payer)
        with clock.stopped_at(clock.start_of_day(pay_on) + dt.timedelta(hours=18)):
            files.make_all(run)
            runs.mark_exported(run, run.checksums)
            runs.mark_paid(run, paid_on=pay_on, by=office.payer)


def _account(claim: Claim) -> None:
    """Give the payee an account whose numbers no bank has, once."""
    if bank_details.find_current(claim.payee_id) is not None:
        return
    numbers = {"sort_code": "999999", "account": f"{claim.payee_id:08d}", "roll": ""}
    details = BankDetails(
        seal_id=ids.random_id(),
        payee_id=claim.payee_id,
        account_index=indexes.account(numbers)[0],
        created_at=clock.now(),
        created_by="system",
        held_until=clock.now(),
    )
    sealed.put(details, "numbers", json.dumps(numbers))
    sealed.put(details, "holder", "Made Up")
    db.session.add(details)
    db.session.flush()
