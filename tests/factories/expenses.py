"""Claims in every state, with the people who brought them there, for tests."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from accounts.models import Staff
from core import clock, ids
from core.database import db
from expenses import indexes, processing_days, sealed
from expenses.models import BankDetails, Budget, Claim, ClaimKind, ClaimState, Payee, PayerAccount, PaymentRun, Receipt
from expenses.queries import bank_details as bank_queries
from expenses.queries import payments
from expenses.queries import runs as payer_queries
from expenses.services import (
    advances,
    authorising,
    choices,
    claims,
    deciding,
    files,
    payees,
    payer,
    policy,
    prior,
    runs,
)
from expenses.services.deciding import Given
from panel.models import Member
from tests.factories.members import make_member
from tests.factories.staff import make_staff


def make_policy() -> None:
    """Load the default policy, once."""
    policy.load_defaults()
    db.session.commit()


def make_payee(member: Member | None = None, *, account: bool = True) -> Payee:
    """Return the payee of a member, a new one unless told, with a bank account that can be paid into."""
    payee = payees.for_member(member or make_member())
    if account:
        make_account(payee)
    db.session.commit()
    return payee


def make_account(payee: Payee, sort_code: str = "089999", account: str = "66374958", **columns: Any) -> BankDetails:
    """Return bank details; the numbers are those of the published worked example."""
    numbers = {"sort_code": sort_code, "account": account, "roll": ""}
    row = BankDetails(
        seal_id=ids.random_id(),
        payee_id=payee.id,
        account_index=indexes.account(numbers)[0],
        **{
            "created_at": clock.now(),
            "created_by": "system",
            "held_until": clock.now(),
            **columns,
        },
    )
    sealed.put(row, "numbers", json.dumps(numbers))
    sealed.put(row, "holder", "A Patel")
    db.session.add(row)
    db.session.commit()
    return row


def current_account(payee_id: int) -> BankDetails:
    """Return the account a payee is paid into today."""
    found = bank_queries.find_current(payee_id)
    assert found is not None
    return found


def make_payer() -> PayerAccount:
    """Return the organisation's own account, made once."""
    found = payer_queries.payer_account()
    if found is None:
        found = payer.set_account("LEICS ICB", "654321", "601111", "12345678", by="system")
        db.session.commit()
    return found


def make_line(claim: Claim, **values: Any) -> None:
    """Add a bus ticket of £4.20 bought yesterday, unless told otherwise."""
    defaults = {"category": "public_transport", "spent_on": yesterday(), "spent_pence": 420}
    line = claims.add_line(claim, **(defaults | values))
    if not line.role and line.category == "public_transport":
        make_receipt(line.id)


def make_receipt(line_id: int, sha256: str = "") -> Receipt:
    """Return a receipt of a line; `sha256` makes two the same file."""
    row = Receipt(
        seal_id=ids.random_id(), line_id=line_id, media_type="image/jpeg", size=4, added_at=clock.now(), added_by="test"
    )
    sha256 = sha256 or ids.random_id()
    sealed.put(row, "content", "/9j/2Q==")
    sealed.put(row, "content_hash", sha256)
    row.content_index = indexes.receipt(sha256)[0]
    db.session.add(row)
    db.session.flush()
    return row


def make_draft(payee: Payee | None = None, lines: Sequence[dict[str, Any]] = ({},), **values: Any) -> Claim:
    """Return a committed draft; each of `lines` changes what `make_line` adds. Loads the policy."""
    make_policy()
    claim = claims.begin(payee or make_payee(), **({"language": "en"} | values))
    for line in lines:
        make_line(claim, **line)
    db.session.commit()
    return claim


def make_claim(
    state: str = ClaimState.SUBMITTED,
    *,
    payee: Payee | None = None,
    team: Team | None = None,
    lines: Sequence[dict[str, Any]] = ({},),
    **values: Any,
) -> Claim:
    """Return a committed claim that went the whole way to `state`, done by `team` (a new one unless told)."""
    claim = make_draft(payee, lines, **values)
    if claim.kind == ClaimKind.TIME:
        choices.choose(claim, "bank", language="en", how="online")
    bring(claim, state, team or Team())
    db.session.commit()
    return claim


class Team:
    """An approver, a budget holder who authorises, and two payers: four different people."""

    def __init__(self) -> None:
        self.approver: Staff = make_staff("claims_approver")
        self.authoriser: Staff = make_staff("budget_holder")
        self.payer: Staff = make_staff("payer")
        self.second_payer: Staff = make_staff("payer")


#: State -> the states before it that a claim goes through.
_WAYS: dict[str, tuple[str, ...]] = {
    "draft": (),
    "submitted": ("submitted",),
    "question": ("submitted", "question"),
    "withdrawn": ("submitted", "withdrawn"),
    "approved": ("submitted", "approved"),
    "partly_approved": ("submitted", "partly_approved"),
    "refused": ("submitted", "refused"),
    "authorised": ("submitted", "approved", "authorised"),
    "in_run": ("submitted", "approved", "authorised", "in_run"),
    "paid": ("submitted", "approved", "authorised", "in_run", "paid"),
    "failed": ("submitted", "approved", "authorised", "in_run", "failed"),
    "corrected": ("submitted", "approved", "authorised", "in_run", "failed", "corrected"),
}


def bring(claim: Claim, state: str, team: Team) -> None:
    """Take a draft the whole way to `state`."""
    for step in _WAYS[state]:
        _STEPS[step](claim, team)


def approve(claim: Claim, team: Team, share: float = 1.0) -> None:
    """Give all of each line, or a share of it."""
    full = share == 1.0
    given = {
        line.id: Given(
            int(line.claimed_pence * share), ("other_more" if line.flags else None) if full else "other_less"
        )
        for line in claims.lines_of(claim)
    }
    deciding.decide(claim, given, by=team.approver, version=claim.version)


def make_owing_advance(member: Member | None = None, pence: int = 2000, spent: int = 1640) -> Claim:
    """Return a committed advance that was paid, and of which a part was not spent."""
    make_policy()
    member, team = member or make_member(), Team()
    payee = payees.for_member(member)
    day = clock.today() + dt.timedelta(days=9)
    asked = prior.ask(payee, "advance", "taxi", day, pence=pence, event="A meeting.", words="No bus.")
    advance = prior.agree(asked, pence, by=make_staff("claims_approver"))
    assert advance is not None
    choices.choose(advance, "voucher", language="en", how="online")
    approve(advance, team)
    authorising.authorise(advance, by=team.authoriser, version=advance.version)
    runs.mark_paid(run_of(advance, team), paid_on=clock.today())
    db.session.refresh(advance)
    account = advances.account_for(advance, language="en")
    make_line(account, spent_pence=spent)
    claims.send(account, actor="test")
    approve(account, team)
    db.session.commit()
    return advance


def make_failed_voucher(payee: Payee) -> Claim:
    """Return a committed claim whose voucher came back, of somebody who has given no account."""
    claim = make_draft(payee)
    choices.choose(claim, "voucher", language="en", how="online")
    bring(claim, "failed", Team())
    db.session.commit()
    return claim


def run_of(claim: Claim, team: Team) -> PaymentRun:
    """Return a new run that holds this claim alone, confirmed."""
    run = runs.prepare([claim.id], by=team.payer, pay_on=pay_day())
    runs.confirm(run, by=team.second_payer)
    return run


def make_sent_run(count: int = 2) -> PaymentRun:
    """Return a committed run of `count` claims that the bank has."""
    team = Team()
    wanted = [make_claim("authorised", team=team).id for _ in range(count)]
    run = runs.prepare(wanted, by=team.payer, pay_on=pay_day())
    runs.confirm(run, by=team.second_payer)
    files.make_all(run)
    runs.mark_exported(run, run.checksums)
    runs.mark_paid(run, paid_on=run.pay_on)
    db.session.commit()
    return run


def _pay(claim: Claim, team: Team) -> None:
    payment = payments.find_live(claim.id)
    assert payment is not None
    runs.mark_paid(payments.get_run(payment.run_id), paid_on=clock.today())


def _fail(claim: Claim, team: Team) -> None:
    payment = payments.find_live(claim.id)
    assert payment is not None
    runs.fail(payment, "by_hand")


_STEPS: dict[str, Any] = {
    "submitted": lambda claim, team: claims.send(claim, actor="test"),
    "question": lambda claim, team: deciding.ask(claim, "Which day was it?", by=team.approver, version=claim.version),
    "withdrawn": lambda claim, team: claims.withdraw(claim, actor="test"),
    "approved": approve,
    "partly_approved": lambda claim, team: approve(claim, team, 0.5),
    "refused": lambda claim, team: deciding.refuse(claim, "not_covered", by=team.approver, version=claim.version),
    "authorised": lambda claim, team: authorising.authorise(claim, by=team.authoriser, version=claim.version),
    "in_run": run_of,
    "paid": _pay,
    "failed": _fail,
    "corrected": lambda claim, team: runs.correct(claim, actor="test"),
}


def make_budget(engagement_id: int, holder: Staff, pence: int = 100_000, **columns: Any) -> Budget:
    """Return a committed budget that holds this month."""
    day = clock.today()
    values = {"starts_on": day - dt.timedelta(days=30), "ends_on": day + dt.timedelta(days=330)}
    budget = Budget(
        engagement_id=engagement_id, holder_id=holder.id, set_pence=pence, created_at=clock.now(), **(values | columns)
    )
    db.session.add(budget)
    db.session.commit()
    return budget


def pay_day() -> dt.date:
    """Return the next day on which banks pay; a run needs the organisation's account as well."""
    make_payer()
    return processing_days.next_day(clock.today())


def yesterday() -> dt.date:
    """Return a day on which something can have been spent."""
    return clock.today() - dt.timedelta(days=1)
