"""The demo's cases beside everyday claims: asked before the day, advances, payments that came back, an invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from accounts.models import Staff
from core import clock
from core.database import db
from expenses import demo_papers
from expenses.models import Claim, Outcome, PayeeKind, PaymentMethod, PriorKind
from expenses.services import advances, authorising, choices, claims, deciding, payees, prior, receipts
from expenses.services.deciding import Given
from i18n import negotiation
from i18n.web import day as day_words
from panel.models import Member

#: What is asked: kind, category, days from today, pence, why; and the answer: agreed pence or None for no, and words.
_ASKED: tuple[tuple[PriorKind, str, int, int | None, str, tuple[int | None, str] | None], ...] = (
    (PriorKind.APPROVAL, "taxi", 6, 1800, "I use a wheelchair and the bus is full in the morning.", None),
    (PriorKind.PREPAID, "interpreter", 16, None, "I need somebody who speaks Polish at the meeting.", None),
    (
        PriorKind.PREPAID,
        "overnight",
        12,
        8000,
        "The last train leaves too early.",
        (7500, "We book the hotel."),
    ),
    (
        PriorKind.APPROVAL,
        "other",
        9,
        4000,
        "A new coat for the meeting.",
        (None, "A coat is yours to keep."),
    ),
    (PriorKind.ADVANCE, "childcare", 8, 3600, "I cannot pay the childminder first.", (3600, "Keep the bill.")),
)


def ask(member_ids: Sequence[int], approver: Staff, engagement_id: int) -> int:
    """Ask before the day, with an answer or without; return how many questions there are."""
    for member_id, (kind, category, ahead, pence, words, answer) in zip(member_ids, _ASKED, strict=False):
        _question(member_id, kind, category, ahead, pence, words, answer, approver, engagement_id)
    begun = db.session.get_one(Member, member_ids[0])
    prior.change(prior.begin(payees.for_member(begun), PriorKind.PREPAID), category="taxi", engagement_id=engagement_id)
    return len(_ASKED) + 1


def _question(
    member_id: int,
    kind: str,
    category: str,
    ahead: int,
    pence: int | None,
    words: str,
    answer: tuple[int | None, str] | None,
    approver: Staff,
    engagement_id: int,
) -> None:
    payee = payees.for_member(db.session.get_one(Member, member_id))
    day = clock.today() + dt.timedelta(days=ahead)
    with clock.stopped_at(clock.now() - dt.timedelta(days=7)):
        row = prior.ask(payee, kind, category, day, pence=pence, words=words, engagement_id=engagement_id)
    if answer is None:
        return
    agreed, said = answer
    with clock.stopped_at(clock.now() - dt.timedelta(days=5)):
        if agreed is None:
            prior.refuse(row, said, by=approver)
        else:
            prior.agree(row, agreed, said, by=approver)


def old_advance(member_id: int, approver: Staff, authoriser: Staff, engagement_id: int) -> Claim:
    """Return an advance for a day that is past by now, ready for the first run."""
    payee = payees.for_member(db.session.get_one(Member, member_id))
    day = clock.today() - dt.timedelta(days=20)
    with clock.stopped_at(clock.now() - dt.timedelta(days=44)):
        words = "My personal assistant has to be paid on the day."
        row = prior.ask(
            payee, PriorKind.ADVANCE, "personal_assistant", day, pence=6400, words=words, engagement_id=engagement_id
        )
        claim = prior.agree(row, 6400, by=approver)
        if claim is None:
            raise ValueError("an advance that is agreed to becomes a claim")
    with clock.stopped_at(clock.now() - dt.timedelta(days=43)):
        _approve(claim, approver)
        authorising.authorise(claim, by=authoriser, version=claim.version)
    return claim


#: How many advances there are: not accounted for, to be given back, given back, waived.
ADVANCES = 4
#: What was spent of each but the first, and what became of the rest and why.
_SPENT: tuple[tuple[int, str, str], ...] = (
    (5150, "", ""),
    (6000, Outcome.RETURNED, ""),
    (6385, Outcome.WAIVED, "15 pence are too little to ask for."),
)


def account_for(paid: Sequence[Claim], approver: Staff) -> None:
    """Say of all but the first what it was spent on; of two, what was left is given back or waived."""
    for advance, (pence, outcome, reason) in zip(paid[1:], _SPENT, strict=False):
        with clock.stopped_at(clock.now() - dt.timedelta(days=12)):
            claim = advances.account_for(advance, language="en")
            spent_on = clock.today() - dt.timedelta(days=8)
            line = claims.add_line(claim, category="personal_assistant", spent_on=spent_on, spent_pence=pence)
            paper = demo_papers.receipt("Helping Hands Care", pence, f"{spent_on:%d.%m.%Y}")
            receipts.add(claim, line, paper, actor=f"member:{claim.payee_id}")
            claims.send(claim, actor=f"member:{claim.payee_id}")
        with clock.stopped_at(clock.now() - dt.timedelta(days=10)):
            _approve(claim, approver)
        if outcome:
            with clock.stopped_at(clock.now() - dt.timedelta(days=3)):
                advances.close(advance, outcome, by=approver, reason=reason)


def pay_another_way(failed: Sequence[Claim], enterer: Staff) -> None:
    """Let the second person whose payment came back choose a voucher, and staff note one for the third."""
    for claim, by in zip(failed[1:], (None, enterer), strict=False):
        with clock.stopped_at(clock.now() - dt.timedelta(days=4)):
            if by is None:
                actor = f"member:{claim.payee_id}"
                choices.choose(claim, PaymentMethod.VOUCHER, language=claim.language, how="online", actor=actor)
            else:
                choices.choose_for(claim, PaymentMethod.VOUCHER, language=claim.language, by=by)


def _approve(claim: Claim, approver: Staff) -> None:
    given = {
        line.id: Given(line.claimed_pence, "receipt_lost" if line.flags else None) for line in claims.lines_of(claim)
    }
    deciding.decide(claim, given, by=approver, version=claim.version)


def invoice(entered_by: Staff, engagement_id: int) -> Claim:
    """Return the claim of an organisation for its time, entered from its invoice, that waits for a decision."""
    firm = "Oadby Young Carers (made up)"
    payee = payees.make(PayeeKind.ORGANISATION, firm, email="office@young-carers.example")
    with clock.stopped_at(clock.now() - dt.timedelta(days=3)):
        claim = claims.begin(payee, language="en", engagement_id=engagement_id, made_by=entered_by, made_how="paper")
        spent_on = clock.today() - dt.timedelta(days=6)
        line = claims.add_line(claim, category="organisation_time", spent_on=spent_on, spent_pence=24_000)
        with negotiation.speaking("en"):
            paper = demo_papers.invoice(firm, 24_000, day_words(spent_on))
        receipts.add(claim, line, paper, actor=f"staff:{entered_by.id}")
        claims.send(claim, by=entered_by)
    return claim
