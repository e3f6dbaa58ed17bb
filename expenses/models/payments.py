"""Tables of payments: how somebody wants to be paid, bank details, runs, payments, vouchers, and how files look."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Json, Model
from expenses.models.columns import one_of, seal_name


class PaymentMethod(StrEnum):
    """How somebody wants to be paid."""

    BANK = "bank"
    VOUCHER = "voucher"
    CHARITY = "charity"
    NONE = "none"


class PaymentText(Model):
    """Words that somebody read before they chose or declared something, at one version. Never changed once used."""

    __tablename__ = "payment_text"
    __table_args__ = (sa.UniqueConstraint("purpose", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: A key of expenses.advice: `time` or `costs` before a choice; `sending`, `sending_for`, `deciding` declared.
    purpose: Mapped[str] = mapped_column(sa.String(20))
    version: Mapped[int]
    #: {language tag: text}.
    wording: Mapped[dict[str, Any]] = mapped_column(Json)
    since: Mapped[dt.datetime]


class PaymentChoice(Model):
    """How somebody chose to be paid for a claim, after which words, when. Rows are added; the latest one holds."""

    __tablename__ = "payment_choice"
    __table_args__ = (
        one_of("method", PaymentMethod),
        sa.CheckConstraint("(method = 'charity') = (charity_id IS NOT NULL)", name="charity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id", ondelete="CASCADE"), index=True)
    method: Mapped[str] = mapped_column(sa.String(8))
    charity_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payee.id"), index=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_text.id"))
    language: Mapped[str] = mapped_column(sa.String(12))
    at: Mapped[dt.datetime]
    #: `online`, `staff:<id>`.
    how: Mapped[str] = mapped_column(sa.String(40))


class TellBy(StrEnum):
    """By which route a person is told that their bank details were changed."""

    EMAIL = "email"
    PHONE = "phone"
    POST = "post"


class ChoiceNotice(Model):
    """That staff chose for somebody who rang or wrote, and by which other route the person is told of it."""

    __tablename__ = "payment_choice_notice"
    __table_args__ = (
        sa.CheckConstraint("tell_by IN ('email','phone','post')", name="tell_by"),
        sa.CheckConstraint("(told_at IS NULL) = (told_by IS NULL)", name="told"),
    )

    choice_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_choice.id", ondelete="CASCADE"), primary_key=True)
    tell_by: Mapped[str] = mapped_column(sa.String(8))
    told_at: Mapped[dt.datetime | None]
    told_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class BankDetails(Model):
    """An account to pay into. A row is never changed: new details end the old.

    `numbers` is JSON {"sort_code", "account", "roll"} sealed for `bank_details.numbers:<seal_id>`; `account_index` is
    its keyed index, so that one account given by two people can be seen without opening either.
    """

    __tablename__ = "bank_details"
    __table_args__ = (
        sa.CheckConstraint("checked IN ('form','modulus')", name="checked"),
        sa.CheckConstraint("held_until >= created_at", name="held_until"),
        sa.CheckConstraint("tell_by IN ('email','phone','post')", name="tell_by"),
        sa.CheckConstraint("(told_at IS NULL) = (told_by IS NULL)", name="told"),
        sa.Index(
            "uq_bank_details_current",
            "payee_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    payee_id: Mapped[int] = mapped_column(sa.ForeignKey("payee.id"), index=True)
    numbers: Mapped[bytes]
    account_index: Mapped[str] = mapped_column(sa.String(64), index=True)
    #: The name on the account.
    holder: Mapped[bytes]
    #: Only the form of the numbers, or the modulus check as well.
    checked: Mapped[str] = mapped_column(sa.String(8), default="form")
    created_at: Mapped[dt.datetime]
    #: `member:<id>`, `staff:<id>`.
    created_by: Mapped[str] = mapped_column(sa.String(40))
    #: Nothing is paid into it before: 24 hours after a change, at once for the first details.
    held_until: Mapped[dt.datetime]
    #: A change is told by a route other than the one it came by; nothing is paid before a call or letter was made.
    tell_by: Mapped[str | None] = mapped_column(sa.String(8))
    told_at: Mapped[dt.datetime | None]
    told_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    ended_at: Mapped[dt.datetime | None]

    def is_held(self, now: dt.datetime) -> bool:
        """Return whether nothing may be paid into it yet; queries.bank_details.usable says the same to the database."""
        waits = self.tell_by in {TellBy.PHONE, TellBy.POST} and self.told_at is None
        return waits or self.held_until > now


class RunState(StrEnum):
    """Where a payment run stands."""

    PREPARED = "prepared"
    CONFIRMED = "confirmed"
    EXPORTED = "exported"
    CANCELLED = "cancelled"


class PayerAccount(Model):
    """The organisation's own account that Bacs files pay from; a new row for every change, the latest holds.

    `numbers` is sealed JSON {"sort_code", "account"} for `payer_account.numbers:<seal_id>`.
    """

    __tablename__ = "payer_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    #: As in the file: capitals, up to 18 characters.
    name: Mapped[str] = mapped_column(sa.String(18))
    service_user_number: Mapped[str] = mapped_column(sa.String(6))
    numbers: Mapped[bytes]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(sa.String(40))


class LedgerLayout(Model):
    """Columns and coding of the ledger's CSV; a new row for every change, the latest holds.

    `columns` is [{"name", "value"}], `coding` {"default", …}; a run keeps which layout it was made with.
    """

    __tablename__ = "ledger_layout"

    id: Mapped[int] = mapped_column(primary_key=True)
    columns: Mapped[list[dict[str, Any]]]
    coding: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    created_by: Mapped[str] = mapped_column(sa.String(40))


class PaymentRun(Model):
    """Claims paid together. Its files are made of rows that never change, so the same run gives the same bytes."""

    __tablename__ = "payment_run"
    __table_args__ = (
        one_of("state", RunState),
        sa.CheckConstraint("confirmed_by <> prepared_by", name="two_payers"),
        sa.CheckConstraint(
            "state NOT IN ('confirmed','exported') OR (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)",
            name="confirmed",
        ),
        sa.CheckConstraint("payments >= 0 AND total_pence >= 0", name="totals"),
        sa.Index("ix_payment_run_state_prepared", "state", "prepared_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(12), default=RunState.PREPARED)
    #: The day the bank is asked to pay.
    pay_on: Mapped[dt.date]
    payments: Mapped[int] = mapped_column(default=0)
    total_pence: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    payer_account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("payer_account.id"))
    layout_id: Mapped[int | None] = mapped_column(sa.ForeignKey("ledger_layout.id"))
    prepared_by: Mapped[int] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    prepared_at: Mapped[dt.datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"), index=True)
    confirmed_at: Mapped[dt.datetime | None]
    exported_at: Mapped[dt.datetime | None]
    #: Engagement -> cost centre of its budget when the run was put together: a budget can be given another later.
    cost_centres: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default=sa.text("'{}'"))
    #: SHA-256 of each file made from the run: {"bacs": …, "ledger": …, "vouchers": …}.
    checksums: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class PaymentState(StrEnum):
    """Where one payment stands. `cancelled`: its run was called off before anything was sent."""

    IN_RUN = "in_run"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Payment(Model):
    """One claim paid in one run. A claim has at most one payment that has not failed: a unique index says so."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("state", PaymentState),
        one_of("method", PaymentMethod),
        sa.UniqueConstraint("claim_id", "attempt"),
        sa.UniqueConstraint("run_id", "reference"),
        sa.Index(
            "uq_payment_claim_live",
            "claim_id",
            unique=True,
            sqlite_where=sa.text("state IN ('in_run','paid')"),
            postgresql_where=sa.text("state IN ('in_run','paid')"),
        ),
        sa.CheckConstraint("amount_pence > 0", name="amount"),
        sa.CheckConstraint("method <> 'none'", name="some_method"),
        sa.CheckConstraint("(method = 'voucher') = (bank_details_id IS NULL)", name="account"),
        sa.CheckConstraint("(state = 'failed') = (failed_at IS NOT NULL)", name="failed"),
        sa.CheckConstraint("attempt > 0", name="attempt"),
        sa.Index("ix_payment_run_id_state", "run_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(sa.ForeignKey("payment_run.id"))
    claim_id: Mapped[int] = mapped_column(sa.ForeignKey("claim.id"))
    attempt: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(sa.String(12), default=PaymentState.IN_RUN)
    method: Mapped[str] = mapped_column(sa.String(8))
    #: Who receives it: the claim's payee, or the charity they chose.
    payee_id: Mapped[int] = mapped_column(sa.ForeignKey("payee.id"), index=True)
    bank_details_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bank_details.id"), index=True)
    amount_pence: Mapped[int]
    #: What the payee's statement shows; up to 18 characters of Bacs' set.
    reference: Mapped[str] = mapped_column(sa.String(18))
    paid_on: Mapped[dt.date | None]
    failed_at: Mapped[dt.datetime | None]
    #: The bank's code for why, or `by_hand`.
    failure: Mapped[str] = mapped_column(sa.String(20), default="")


class Voucher(Model):
    """A voucher to be ordered for a payment. Sealed columns for `voucher.<column>:<seal_id>`."""

    __tablename__ = "voucher"

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[str] = seal_name()
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payment.id", ondelete="CASCADE"), unique=True)
    #: Where it goes, as known when the run was put together: JSON {"name", "email", "address"}. Emptied when the
    #: person has left and nothing is owed to them.
    receiver: Mapped[bytes | None]
    #: Once it is known.
    code: Mapped[bytes | None]
    ordered_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]


class ModulusWeight(Model):
    """A line of the sort-code table that an administrator loads from Vocalink; none of it comes with the program."""

    __tablename__ = "modulus_weight"
    __table_args__ = (
        sa.Index("ix_modulus_weight_range", "sort_from", "sort_to"),
        sa.CheckConstraint("method IN ('MOD10','MOD11','DBLAL')", name="method"),
    )

    #: The place of the line in the file: where two lines fit, their order counts.
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sort_from: Mapped[str] = mapped_column(sa.String(6))
    sort_to: Mapped[str] = mapped_column(sa.String(6))
    method: Mapped[str] = mapped_column(sa.String(5))
    #: 14 whole numbers.
    weights: Mapped[list[int]] = mapped_column(Json)
    exception: Mapped[int | None]


class ModulusSubstitution(Model):
    """A sort code that is checked as if it were another (exception 5), from the same source."""

    __tablename__ = "modulus_substitution"

    sort_code: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    instead: Mapped[str] = mapped_column(sa.String(6))
