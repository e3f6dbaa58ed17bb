"""Tables of claims: who is paid, the claim, its lines, and what was agreed before the day."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Json, Model
from expenses.models.columns import one_of, seal_name

_BUDGETED = ("authorised_at", "submitted_at", "claimed_pence", "approved_pence", "advance_pence")
_REPORTED = ("payee_id", "engagement_id", "area_id", "approved_pence", "advance_pence", "submitted_at", "promised_on")


class PayeeKind(StrEnum):
    """Who can be paid: a member, an organisation for its time, a charity somebody gives their payment to."""

    MEMBER = "member"
    ORGANISATION = "organisation"
    CHARITY = "charity"


class ClaimKind(StrEnum):
    """Repaying costs, paying for time (which is income, so never mixed with costs), or money before the day."""

    COSTS = "costs"
    TIME = "time"
    ADVANCE = "advance"


class ClaimState(StrEnum):
    """Where a claim stands; what may follow what is the table in expenses.transitions."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUESTION = "question"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REFUSED = "refused"
    AUTHORISED = "authorised"
    IN_RUN = "in_run"
    PAID = "paid"
    FAILED = "failed"
    CORRECTED = "corrected"
    #: Taken back by who made it, before anybody decided.
    WITHDRAWN = "withdrawn"
    #: The person wants no payment for their time.
    DECLINED = "declined"


class ForWhom(StrEnum):
    """Whose cost it was."""

    SELF = "self"
    CARER = "carer"
    ASSISTANT = "assistant"


class Payee(Model):
    """Somebody who can be paid. What is sealed of them is sealed for `payee.<column>:<seal_id>`.

    `kept` holds how to reach a member who left before being paid (sealed JSON: name, email, address); emptied when all
    is settled. `name` and `email` are those of organisations and charities.
    """

    __tablename__ = "payee"
    __table_args__ = (
        one_of("kind", PayeeKind),
        sa.CheckConstraint("kind = 'member' OR (member_id IS NULL AND name IS NOT NULL)", name="who"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    kind: Mapped[str] = mapped_column(sa.String(12))
    #: None for a member whose last trace the panel has deleted.
    member_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member.id", ondelete="SET NULL"), unique=True)
    #: The member of staff this payee is, where that is known: by the same e-mail address, or because somebody said so.
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    name: Mapped[bytes | None]
    email: Mapped[bytes | None]
    kept: Mapped[bytes | None]
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    #: A registered charity's number; public knowledge.
    charity_number: Mapped[str] = mapped_column(sa.String(20), default="")
    #: False for a charity no longer offered, or an organisation no longer worked with.
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]


class Claim(Model):
    """A claim. `version` is raised with every step, so that of two people at one moment one learns they lost."""

    __tablename__ = "claim"
    __table_args__ = (
        one_of("kind", ClaimKind),
        one_of("state", ClaimState),
        one_of("for_whom", ForWhom),
        sa.CheckConstraint("made_how IN ('online','paper','phone')", name="made_how"),
        sa.CheckConstraint("claimed_pence >= 0 AND approved_pence >= 0 AND advance_pence >= 0", name="pence"),
        sa.CheckConstraint("approved_pence <= claimed_pence AND advance_pence <= approved_pence", name="approved"),
        sa.CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted"),
        # Claimant, approver and who authorises are different people; those who pay are kept apart by a trigger.
        sa.CheckConstraint("approved_by IS NULL OR made_by IS NULL OR approved_by <> made_by", name="approver_made"),
        sa.CheckConstraint(
            "approved_by IS NULL OR claimant_staff_id IS NULL OR approved_by <> claimant_staff_id",
            name="approver_claims",
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR made_by IS NULL OR authorised_by <> made_by", name="authoriser_made"
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR claimant_staff_id IS NULL OR authorised_by <> claimant_staff_id",
            name="authoriser_claims",
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR (approved_by IS NOT NULL AND authorised_by <> approved_by)", name="two_signatures"
        ),
        sa.CheckConstraint(
            "state NOT IN ('authorised','in_run','paid','failed','corrected') OR authorised_by IS NOT NULL",
            name="authorised",
        ),
        sa.CheckConstraint("settles_id IS NULL OR kind = 'costs'", name="settles"),
        # One claim accounts for an advance; one that was taken back does not stand in the way of another.
        sa.Index(
            "uq_claim_settles_id",
            "settles_id",
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        ),
        sa.Index("ix_claim_state_submitted", "state", "submitted_at", "id"),
        sa.Index("ix_claim_payee_state", "payee_id", "state", "id"),
        # What budgets and reports of a year add up, they read from these indexes alone.
        sa.Index("ix_claim_engagement", "engagement_id", "state", *_BUDGETED),
        sa.Index("ix_claim_paid", "paid_on", "state", *_REPORTED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    #: What people say on the phone and stands in addresses of pages: no order, no date. Such as `7K3M-Q2ZD`.
    reference: Mapped[str] = mapped_column(sa.String(12), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(8), default=ClaimKind.COSTS)
    state: Mapped[str] = mapped_column(sa.String(16), default=ClaimState.DRAFT)
    payee_id: Mapped[int] = mapped_column(sa.ForeignKey("payee.id"))
    #: The member of staff who is the payee, copied from it when the claim is sent.
    claimant_staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    #: The member of staff who entered it for somebody, from paper or the phone.
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    made_how: Mapped[str] = mapped_column(sa.String(8), default="online")
    for_whom: Mapped[str] = mapped_column(sa.String(12), default=ForWhom.SELF)
    #: Sealed: for whom, in the person's words, such as "my daughter who drives me".
    for_words: Mapped[bytes | None]
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"))
    #: Sealed: what it was for, where no engagement of the list fits.
    event: Mapped[bytes | None]
    #: Sealed: anything we should know.
    note: Mapped[bytes | None]
    #: Where the claimant lives, copied when the claim is sent, so that reports stay true.
    area_id: Mapped[int | None] = mapped_column(sa.ForeignKey("area.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    created_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]
    #: By which day it is promised to be paid, from the promise on the day it was sent.
    promised_on: Mapped[dt.date | None] = mapped_column(index=True)
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    approved_at: Mapped[dt.datetime | None]
    authorised_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    authorised_at: Mapped[dt.datetime | None]
    paid_on: Mapped[dt.date | None]
    #: Sums over the lines, brought up to date by services, so that lists need not add up.
    claimed_pence: Mapped[int] = mapped_column(default=0)
    approved_pence: Mapped[int] = mapped_column(default=0)
    #: What of the approved sum was paid in advance already: the claim pays the rest.
    advance_pence: Mapped[int] = mapped_column(default=0)
    #: The advance this claim accounts for.
    settles_id: Mapped[int | None] = mapped_column(sa.ForeignKey("claim.id"))
    version: Mapped[int] = mapped_column(default=1)

    payee: Mapped[Payee] = relationship(lazy="raise_on_sql")
    lines: Mapped[list[ClaimLine]] = relationship(
        back_populates="claim", order_by="ClaimLine.number", lazy="raise_on_sql", cascade="all, delete-orphan"
    )

    @hybrid_property
    def to_pay_pence(self) -> int:
        """Whole pence that this claim brings its payee."""
        return self.approved_pence - self.advance_pence


class ClaimLine(Model):
    """One cost, or one time given. Sealed columns for `claim_line.<column>:<seal_id>`.

    Until the claim is sent, figures are estimates. When it is sent they are fixed with a copy of the rate they were
    priced with: no later policy changes them, and a trigger refuses whoever tries.
    """

    __tablename__ = "claim_line"
    __table_args__ = (
        sa.UniqueConstraint("claim_id", "number"),
        sa.CheckConstraint("spent_pence >= 0 AND claimed_pence >= 0 AND priced_pence >= 0", name="pence"),
        sa.CheckConstraint("quantity_hundredths >= 0", name="quantity"),
        sa.CheckConstraint("approved_pence >= 0 AND approved_pence <= claimed_pence", name="approved"),
        sa.CheckConstraint("minutes > 0 AND minutes <= 1440", name="minutes"),
        # The duplicate checks: same day, kind and amount; same journey in one car.
        sa.Index("ix_claim_line_same", "spent_on", "category", "claimed_pence"),
        sa.Index("ix_claim_line_journey", "journey_index", "spent_on"),
        sa.Index("ix_claim_line_given", "claim_id", "category", "approved_pence"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id", ondelete="CASCADE"))
    number: Mapped[int]
    #: None while the draft has not come to it.
    category: Mapped[str | None] = mapped_column(sa.ForeignKey("policy_category.key"), index=True)
    #: The role in which time was given; then `minutes` says how long.
    role: Mapped[str | None] = mapped_column(sa.String(40))
    minutes: Mapped[int | None]
    spent_on: Mapped[dt.date | None]
    #: What was paid out, where the unit is a cost.
    spent_pence: Mapped[int | None]
    #: Hundredths of miles, hours or nights, already doubled for a return journey.
    quantity_hundredths: Mapped[int | None]
    #: "And back": the miles typed were one way.
    return_journey: Mapped[bool] = mapped_column(default=False)
    #: Sealed JSON {"from", "to"}, and the keyed index of both ends in either direction (expenses.journeys).
    journey: Mapped[bytes | None]
    journey_index: Mapped[str | None] = mapped_column(sa.String(64))
    #: What is asked for: the cost, or what the rate makes of the quantity.
    claimed_pence: Mapped[int] = mapped_column(default=0)
    #: What the policy gives.
    priced_pence: Mapped[int] = mapped_column(default=0)
    rate_id: Mapped[int | None] = mapped_column(sa.ForeignKey("policy_rate.id"), index=True)
    involvement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("involvement_rate.id"), index=True)
    #: The figures of that row, and how the price was put together: expenses.pricing.Price.as_json.
    rate_copy: Mapped[dict[str, Any] | None] = mapped_column(Json)
    #: Keys of what the policy would not have: `over_cap`, `late`, `no_receipt`, `not_agreed`, `not_allowed`.
    flags: Mapped[list[str]] = mapped_column(Json, default=list)
    #: Sealed: why there is no receipt; anything we should know.
    no_receipt: Mapped[bytes | None]
    note: Mapped[bytes | None]
    prior_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prior_request.id"), index=True)
    #: What the last decision gave; None before it.
    approved_pence: Mapped[int | None]

    claim: Mapped[Claim] = relationship(back_populates="lines", lazy="raise_on_sql")


class PriorKind(StrEnum):
    """What is asked before the day: only whether it will be repaid, that we book and pay, or money in advance."""

    APPROVAL = "approval"
    PREPAID = "prepaid"
    ADVANCE = "advance"


class PriorState(StrEnum):
    """Where a question before the day stands. `draft`: not sent yet; `used`: a line or an advance refers to it."""

    DRAFT = "draft"
    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    USED = "used"


class PriorRequest(Model):
    """A cost somebody asks about before the day. Sealed columns for `prior_request.<column>:<seal_id>`."""

    __tablename__ = "prior_request"
    __table_args__ = (
        one_of("kind", PriorKind),
        one_of("state", PriorState),
        sa.CheckConstraint("asked_pence >= 0 AND agreed_pence >= 0", name="pence"),
        sa.CheckConstraint("decided_by IS NULL OR made_by IS NULL OR decided_by <> made_by", name="decider_made"),
        sa.CheckConstraint(
            "decided_by IS NULL OR claimant_staff_id IS NULL OR decided_by <> claimant_staff_id", name="decider_claims"
        ),
        sa.CheckConstraint("(state IN ('agreed','refused','used')) = (decided_by IS NOT NULL)", name="decided"),
        sa.CheckConstraint("state = 'draft' OR (category IS NOT NULL AND day IS NOT NULL)", name="said"),
        sa.Index("ix_prior_request_state_asked", "state", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    kind: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(12), default=PriorState.ASKED)
    payee_id: Mapped[int] = mapped_column(sa.ForeignKey("payee.id"), index=True)
    claimant_staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    engagement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("engagement.id"), index=True)
    #: None while the draft has not come to it.
    category: Mapped[str | None] = mapped_column(sa.ForeignKey("policy_category.key"))
    day: Mapped[dt.date | None]
    asked_pence: Mapped[int | None]
    agreed_pence: Mapped[int | None]
    #: Sealed: what the person takes part in, where no engagement of the list fits.
    event: Mapped[bytes | None]
    #: Sealed: what it is for and why; what was answered.
    words: Mapped[bytes | None]
    answer: Mapped[bytes | None]
    #: When it was sent; of a draft, when it was begun.
    asked_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    decided_at: Mapped[dt.datetime | None]
