"""Expenses and payments: the policy, claims and what was decided, budgets, payments; with what the database refuses.

The words of expenses.guards as they were at this revision.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.database

revision = "0005"
down_revision = "0004"


_GUARDS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        (
            "CREATE TRIGGER claim_entry_is_fixed BEFORE UPDATE ON claim_entry WHEN NEW.seal_id IS NOT "
            "OLD.seal_id OR NEW.claim_id IS NOT OLD.claim_id OR NEW.number IS NOT OLD.number OR NEW.kind IS NOT "
            "OLD.kind OR NEW.from_state IS NOT OLD.from_state OR NEW.to_state IS NOT OLD.to_state OR NEW.at IS "
            "NOT OLD.at OR NEW.actor IS NOT OLD.actor OR NEW.pence IS NOT OLD.pence OR NEW.detail IS NOT "
            "OLD.detail BEGIN SELECT RAISE(ABORT, 'an entry of a claim cannot change'); END"
        ),
        (
            "CREATE TRIGGER claim_decision_is_fixed BEFORE UPDATE ON claim_decision WHEN NEW.seal_id IS NOT "
            "OLD.seal_id OR NEW.line_id IS NOT OLD.line_id OR NEW.round IS NOT OLD.round OR NEW.claimed_pence IS "
            "NOT OLD.claimed_pence OR NEW.approved_pence IS NOT OLD.approved_pence OR NEW.beyond_policy IS NOT "
            "OLD.beyond_policy OR NEW.reason IS NOT OLD.reason OR NEW.by_id IS NOT OLD.by_id OR NEW.at IS NOT "
            "OLD.at BEGIN SELECT RAISE(ABORT, 'a decision cannot change'); END"
        ),
        (
            "CREATE TRIGGER policy_rate_is_fixed BEFORE UPDATE ON policy_rate WHEN NEW.category IS NOT "
            "OLD.category OR NEW.unit IS NOT OLD.unit OR NEW.rate_hundredths IS NOT OLD.rate_hundredths OR "
            "NEW.threshold_hundredths IS NOT OLD.threshold_hundredths OR NEW.above_hundredths IS NOT "
            "OLD.above_hundredths OR NEW.cap_pence IS NOT OLD.cap_pence OR NEW.receipt IS NOT OLD.receipt OR "
            "NEW.receipt_over_pence IS NOT OLD.receipt_over_pence OR NEW.prior IS NOT OLD.prior OR "
            "NEW.prior_over_pence IS NOT OLD.prior_over_pence OR NEW.who IS NOT OLD.who OR NEW.window_days IS "
            "NOT OLD.window_days OR NEW.valid_from IS NOT OLD.valid_from BEGIN SELECT RAISE(ABORT, 'a rate of "
            "the policy cannot change'); END"
        ),
        (
            "CREATE TRIGGER involvement_rate_is_fixed BEFORE UPDATE ON involvement_rate WHEN NEW.role IS NOT "
            "OLD.role OR NEW.up_to_minutes IS NOT OLD.up_to_minutes OR NEW.pence IS NOT OLD.pence OR "
            "NEW.valid_from IS NOT OLD.valid_from BEGIN SELECT RAISE(ABORT, 'a rate of the policy cannot "
            "change'); END"
        ),
        (
            "CREATE TRIGGER payment_choice_is_fixed BEFORE UPDATE ON payment_choice WHEN NEW.claim_id IS NOT "
            "OLD.claim_id OR NEW.method IS NOT OLD.method OR NEW.charity_id IS NOT OLD.charity_id OR NEW.text_id "
            "IS NOT OLD.text_id OR NEW.language IS NOT OLD.language OR NEW.at IS NOT OLD.at OR NEW.how IS NOT "
            "OLD.how BEGIN SELECT RAISE(ABORT, 'a choice cannot change'); END"
        ),
        (
            "CREATE TRIGGER bank_details_is_fixed BEFORE UPDATE ON bank_details WHEN NEW.seal_id IS NOT "
            "OLD.seal_id OR NEW.payee_id IS NOT OLD.payee_id OR NEW.checked IS NOT OLD.checked OR NEW.created_at "
            "IS NOT OLD.created_at OR NEW.created_by IS NOT OLD.created_by OR NEW.held_until IS NOT "
            "OLD.held_until BEGIN SELECT RAISE(ABORT, 'bank details cannot change'); END"
        ),
        (
            "CREATE TRIGGER payment_is_fixed BEFORE UPDATE ON payment WHEN NEW.run_id IS NOT OLD.run_id OR "
            "NEW.claim_id IS NOT OLD.claim_id OR NEW.attempt IS NOT OLD.attempt OR NEW.method IS NOT OLD.method "
            "OR NEW.payee_id IS NOT OLD.payee_id OR NEW.bank_details_id IS NOT OLD.bank_details_id OR "
            "NEW.amount_pence IS NOT OLD.amount_pence OR NEW.reference IS NOT OLD.reference BEGIN SELECT "
            "RAISE(ABORT, 'a payment cannot change'); END"
        ),
        (
            "CREATE TRIGGER claim_line_is_fixed BEFORE UPDATE ON claim_line WHEN (NEW.claim_id IS NOT "
            "OLD.claim_id OR NEW.number IS NOT OLD.number OR NEW.category IS NOT OLD.category OR NEW.role IS NOT "
            "OLD.role OR NEW.minutes IS NOT OLD.minutes OR NEW.spent_on IS NOT OLD.spent_on OR NEW.spent_pence "
            "IS NOT OLD.spent_pence OR NEW.quantity_hundredths IS NOT OLD.quantity_hundredths OR "
            "NEW.claimed_pence IS NOT OLD.claimed_pence OR NEW.priced_pence IS NOT OLD.priced_pence OR "
            "NEW.rate_id IS NOT OLD.rate_id OR NEW.involvement_id IS NOT OLD.involvement_id OR NEW.rate_copy IS "
            "NOT OLD.rate_copy) AND EXISTS (SELECT 1 FROM claim c WHERE c.id = OLD.claim_id AND c.state <> "
            "'draft') BEGIN SELECT RAISE(ABORT, 'the lines of a claim are fixed once it is sent'); END"
        ),
        (
            "CREATE TRIGGER claim_line_added_in_time BEFORE INSERT ON claim_line WHEN EXISTS (SELECT 1 FROM "
            "claim c WHERE c.id = NEW.claim_id AND c.state <> 'draft') BEGIN SELECT RAISE(ABORT, 'the lines of a "
            "claim are fixed once it is sent'); END"
        ),
        (
            "CREATE TRIGGER claim_is_fixed BEFORE UPDATE ON claim WHEN (OLD.state <> 'draft' AND (NEW.seal_id IS "
            "NOT OLD.seal_id OR NEW.reference IS NOT OLD.reference OR NEW.kind IS NOT OLD.kind OR NEW.payee_id IS "
            "NOT OLD.payee_id OR NEW.made_by IS NOT OLD.made_by OR NEW.claimed_pence IS NOT OLD.claimed_pence OR "
            "NEW.settles_id IS NOT OLD.settles_id)) OR ((OLD.state IN ('authorised', 'in_run', 'paid', 'failed', "
            "'corrected') OR (OLD.state = 'declined' AND OLD.authorised_by IS NOT NULL)) AND (NEW.approved_pence "
            "IS NOT OLD.approved_pence OR NEW.advance_pence IS NOT OLD.advance_pence OR NEW.approved_by IS NOT "
            "OLD.approved_by OR NEW.authorised_by IS NOT OLD.authorised_by)) BEGIN SELECT RAISE(ABORT, 'what was "
            "sent, and what was authorised, cannot change'); END"
        ),
        (
            "CREATE TRIGGER claim_decision_by_another BEFORE INSERT ON claim_decision WHEN EXISTS (SELECT 1 FROM "
            "claim_line l JOIN claim c ON c.id = l.claim_id WHERE l.id = NEW.line_id AND (c.made_by = NEW.by_id "
            "OR c.claimant_staff_id = NEW.by_id)) BEGIN SELECT RAISE(ABORT, 'nobody decides on a claim of their "
            "own'); END"
        ),
        (
            "CREATE TRIGGER payment_by_another BEFORE INSERT ON payment WHEN EXISTS (SELECT 1 FROM payment_run "
            "r, claim c WHERE r.id = NEW.run_id AND c.id = NEW.claim_id AND (c.made_by = r.prepared_by OR "
            "c.claimant_staff_id = r.prepared_by OR c.approved_by = r.prepared_by OR c.authorised_by = "
            "r.prepared_by OR EXISTS (SELECT 1 FROM claim_decision d JOIN claim_line l ON l.id = d.line_id WHERE "
            "l.claim_id = c.id AND d.by_id = r.prepared_by))) BEGIN SELECT RAISE(ABORT, 'nobody pays a claim "
            "they took part in'); END"
        ),
        (
            "CREATE TRIGGER payment_confirmed_by_another BEFORE UPDATE ON payment_run WHEN NEW.confirmed_by IS "
            "NOT OLD.confirmed_by AND EXISTS (SELECT 1 FROM payment p JOIN claim c ON c.id = p.claim_id WHERE "
            "p.run_id = NEW.id AND (c.made_by = NEW.confirmed_by OR c.claimant_staff_id = NEW.confirmed_by OR "
            "c.approved_by = NEW.confirmed_by OR c.authorised_by = NEW.confirmed_by OR EXISTS (SELECT 1 FROM "
            "claim_decision d JOIN claim_line l ON l.id = d.line_id WHERE l.claim_id = c.id AND d.by_id = "
            "NEW.confirmed_by))) BEGIN SELECT RAISE(ABORT, 'nobody confirms a claim they took part in'); END"
        ),
        (
            "CREATE TRIGGER payment_of_what_was_approved BEFORE INSERT ON payment WHEN NOT EXISTS (SELECT 1 FROM "
            "payment_run r, claim c WHERE r.id = NEW.run_id AND c.id = NEW.claim_id AND r.state = 'prepared' AND "
            "c.authorised_by IS NOT NULL AND c.approved_pence - c.advance_pence = NEW.amount_pence) BEGIN SELECT "
            "RAISE(ABORT, 'a payment is what was approved and authorised, in a run that is being prepared'); END"
        ),
        (
            "CREATE TRIGGER payment_run_moves_on BEFORE UPDATE ON payment_run WHEN OLD.state <> 'prepared' AND "
            "(NEW.pay_on IS NOT OLD.pay_on OR NEW.payments IS NOT OLD.payments OR NEW.total_pence IS NOT "
            "OLD.total_pence OR NEW.prepared_by IS NOT OLD.prepared_by OR NEW.confirmed_by IS NOT "
            "OLD.confirmed_by OR NEW.state = 'prepared' OR (OLD.state IN ('exported', 'cancelled') AND NEW.state "
            "<> OLD.state)) BEGIN SELECT RAISE(ABORT, 'a run that was confirmed cannot change'); END"
        ),
        (
            "CREATE TRIGGER payment_choice_in_time BEFORE INSERT ON payment_choice WHEN EXISTS (SELECT 1 FROM "
            "claim c WHERE c.id = NEW.claim_id AND c.state IN ('refused', 'authorised', 'in_run', 'paid', "
            "'corrected', 'withdrawn')) BEGIN SELECT RAISE(ABORT, 'how a claim is paid can be chosen until it is "
            "authorised, and after a payment failed'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION claim_entry_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.claim_id IS DISTINCT FROM OLD.claim_id OR "
            "NEW.number IS DISTINCT FROM OLD.number OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.from_state IS "
            "DISTINCT FROM OLD.from_state OR NEW.to_state IS DISTINCT FROM OLD.to_state OR NEW.at IS DISTINCT "
            "FROM OLD.at OR NEW.actor IS DISTINCT FROM OLD.actor OR NEW.pence IS DISTINCT FROM OLD.pence OR "
            "NEW.detail IS DISTINCT FROM OLD.detail THEN RAISE EXCEPTION 'an entry of a claim cannot change' "
            "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER claim_entry_is_fixed BEFORE UPDATE ON claim_entry FOR EACH ROW EXECUTE FUNCTION "
            "claim_entry_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION claim_decision_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.line_id IS DISTINCT FROM OLD.line_id OR "
            "NEW.round IS DISTINCT FROM OLD.round OR NEW.claimed_pence IS DISTINCT FROM OLD.claimed_pence OR "
            "NEW.approved_pence IS DISTINCT FROM OLD.approved_pence OR NEW.beyond_policy IS DISTINCT FROM "
            "OLD.beyond_policy OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.by_id IS DISTINCT FROM OLD.by_id "
            "OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'a decision cannot change' USING ERRCODE = "
            "'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER claim_decision_is_fixed BEFORE UPDATE ON claim_decision FOR EACH ROW EXECUTE "
            "FUNCTION claim_decision_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION policy_rate_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "NEW.category IS DISTINCT FROM OLD.category OR NEW.unit IS DISTINCT FROM OLD.unit OR "
            "NEW.rate_hundredths IS DISTINCT FROM OLD.rate_hundredths OR NEW.threshold_hundredths IS DISTINCT "
            "FROM OLD.threshold_hundredths OR NEW.above_hundredths IS DISTINCT FROM OLD.above_hundredths OR "
            "NEW.cap_pence IS DISTINCT FROM OLD.cap_pence OR NEW.receipt IS DISTINCT FROM OLD.receipt OR "
            "NEW.receipt_over_pence IS DISTINCT FROM OLD.receipt_over_pence OR NEW.prior IS DISTINCT FROM "
            "OLD.prior OR NEW.prior_over_pence IS DISTINCT FROM OLD.prior_over_pence OR NEW.who IS DISTINCT FROM "
            "OLD.who OR NEW.window_days IS DISTINCT FROM OLD.window_days OR NEW.valid_from IS DISTINCT FROM "
            "OLD.valid_from THEN RAISE EXCEPTION 'a rate of the policy cannot change' USING ERRCODE = "
            "'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER policy_rate_is_fixed BEFORE UPDATE ON policy_rate FOR EACH ROW EXECUTE FUNCTION "
            "policy_rate_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION involvement_rate_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.role IS DISTINCT FROM OLD.role OR NEW.up_to_minutes IS DISTINCT FROM OLD.up_to_minutes OR "
            "NEW.pence IS DISTINCT FROM OLD.pence OR NEW.valid_from IS DISTINCT FROM OLD.valid_from THEN RAISE "
            "EXCEPTION 'a rate of the policy cannot change' USING ERRCODE = 'check_violation'; END IF; RETURN "
            "NEW; END $$"
        ),
        (
            "CREATE TRIGGER involvement_rate_is_fixed BEFORE UPDATE ON involvement_rate FOR EACH ROW EXECUTE "
            "FUNCTION involvement_rate_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_choice_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.claim_id IS DISTINCT FROM OLD.claim_id OR NEW.method IS DISTINCT FROM OLD.method OR "
            "NEW.charity_id IS DISTINCT FROM OLD.charity_id OR NEW.text_id IS DISTINCT FROM OLD.text_id OR "
            "NEW.language IS DISTINCT FROM OLD.language OR NEW.at IS DISTINCT FROM OLD.at OR NEW.how IS DISTINCT "
            "FROM OLD.how THEN RAISE EXCEPTION 'a choice cannot change' USING ERRCODE = 'check_violation'; END "
            "IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER payment_choice_is_fixed BEFORE UPDATE ON payment_choice FOR EACH ROW EXECUTE "
            "FUNCTION payment_choice_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION bank_details_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.payee_id IS DISTINCT FROM OLD.payee_id OR "
            "NEW.checked IS DISTINCT FROM OLD.checked OR NEW.created_at IS DISTINCT FROM OLD.created_at OR "
            "NEW.created_by IS DISTINCT FROM OLD.created_by OR NEW.held_until IS DISTINCT FROM OLD.held_until "
            "THEN RAISE EXCEPTION 'bank details cannot change' USING ERRCODE = 'check_violation'; END IF; RETURN "
            "NEW; END $$"
        ),
        (
            "CREATE TRIGGER bank_details_is_fixed BEFORE UPDATE ON bank_details FOR EACH ROW EXECUTE FUNCTION "
            "bank_details_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "NEW.run_id IS DISTINCT FROM OLD.run_id OR NEW.claim_id IS DISTINCT FROM OLD.claim_id OR NEW.attempt "
            "IS DISTINCT FROM OLD.attempt OR NEW.method IS DISTINCT FROM OLD.method OR NEW.payee_id IS DISTINCT "
            "FROM OLD.payee_id OR NEW.bank_details_id IS DISTINCT FROM OLD.bank_details_id OR NEW.amount_pence "
            "IS DISTINCT FROM OLD.amount_pence OR NEW.reference IS DISTINCT FROM OLD.reference THEN RAISE "
            "EXCEPTION 'a payment cannot change' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        ("CREATE TRIGGER payment_is_fixed BEFORE UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION payment_is_fixed()"),
        (
            "CREATE OR REPLACE FUNCTION claim_line_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "(NEW.claim_id IS DISTINCT FROM OLD.claim_id OR NEW.number IS DISTINCT FROM OLD.number OR "
            "NEW.category IS DISTINCT FROM OLD.category OR NEW.role IS DISTINCT FROM OLD.role OR NEW.minutes IS "
            "DISTINCT FROM OLD.minutes OR NEW.spent_on IS DISTINCT FROM OLD.spent_on OR NEW.spent_pence IS "
            "DISTINCT FROM OLD.spent_pence OR NEW.quantity_hundredths IS DISTINCT FROM OLD.quantity_hundredths "
            "OR NEW.claimed_pence IS DISTINCT FROM OLD.claimed_pence OR NEW.priced_pence IS DISTINCT FROM "
            "OLD.priced_pence OR NEW.rate_id IS DISTINCT FROM OLD.rate_id OR NEW.involvement_id IS DISTINCT FROM "
            "OLD.involvement_id OR NEW.rate_copy IS DISTINCT FROM OLD.rate_copy) AND EXISTS (SELECT 1 FROM claim "
            "c WHERE c.id = OLD.claim_id AND c.state <> 'draft') THEN RAISE EXCEPTION 'the lines of a claim are "
            "fixed once it is sent' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER claim_line_is_fixed BEFORE UPDATE ON claim_line FOR EACH ROW EXECUTE FUNCTION "
            "claim_line_is_fixed()"
        ),
        (
            "CREATE OR REPLACE FUNCTION claim_line_added_in_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM claim c WHERE c.id = NEW.claim_id AND c.state <> 'draft') THEN RAISE "
            "EXCEPTION 'the lines of a claim are fixed once it is sent' USING ERRCODE = 'check_violation'; END "
            "IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER claim_line_added_in_time BEFORE INSERT ON claim_line FOR EACH ROW EXECUTE FUNCTION "
            "claim_line_added_in_time()"
        ),
        (
            "CREATE OR REPLACE FUNCTION claim_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "(OLD.state <> 'draft' AND (NEW.seal_id IS DISTINCT FROM OLD.seal_id OR NEW.reference IS DISTINCT "
            "FROM OLD.reference OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.payee_id IS DISTINCT FROM "
            "OLD.payee_id OR NEW.made_by IS DISTINCT FROM OLD.made_by OR NEW.claimed_pence IS DISTINCT FROM "
            "OLD.claimed_pence OR NEW.settles_id IS DISTINCT FROM OLD.settles_id)) OR ((OLD.state IN "
            "('authorised', 'in_run', 'paid', 'failed', 'corrected') OR (OLD.state = 'declined' AND "
            "OLD.authorised_by IS NOT NULL)) AND (NEW.approved_pence IS DISTINCT FROM OLD.approved_pence OR "
            "NEW.advance_pence IS DISTINCT FROM OLD.advance_pence OR NEW.approved_by IS DISTINCT FROM "
            "OLD.approved_by OR NEW.authorised_by IS DISTINCT FROM OLD.authorised_by)) THEN RAISE EXCEPTION 'what "
            "was sent, and what was authorised, cannot change' USING ERRCODE = 'check_violation'; END IF; RETURN "
            "NEW; END $$"
        ),
        ("CREATE TRIGGER claim_is_fixed BEFORE UPDATE ON claim FOR EACH ROW EXECUTE FUNCTION claim_is_fixed()"),
        (
            "CREATE OR REPLACE FUNCTION claim_decision_by_another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF EXISTS (SELECT 1 FROM claim_line l JOIN claim c ON c.id = l.claim_id WHERE l.id = NEW.line_id "
            "AND (c.made_by = NEW.by_id OR c.claimant_staff_id = NEW.by_id)) THEN RAISE EXCEPTION 'nobody "
            "decides on a claim of their own' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER claim_decision_by_another BEFORE INSERT ON claim_decision FOR EACH ROW EXECUTE "
            "FUNCTION claim_decision_by_another()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_by_another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "EXISTS (SELECT 1 FROM payment_run r, claim c WHERE r.id = NEW.run_id AND c.id = NEW.claim_id AND "
            "(c.made_by = r.prepared_by OR c.claimant_staff_id = r.prepared_by OR c.approved_by = r.prepared_by "
            "OR c.authorised_by = r.prepared_by OR EXISTS (SELECT 1 FROM claim_decision d JOIN claim_line l ON "
            "l.id = d.line_id WHERE l.claim_id = c.id AND d.by_id = r.prepared_by))) THEN RAISE EXCEPTION "
            "'nobody pays a claim they took part in' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END "
            "$$"
        ),
        (
            "CREATE TRIGGER payment_by_another BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION "
            "payment_by_another()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_confirmed_by_another() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN IF NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by AND EXISTS (SELECT 1 FROM payment p "
            "JOIN claim c ON c.id = p.claim_id WHERE p.run_id = NEW.id AND (c.made_by = NEW.confirmed_by OR "
            "c.claimant_staff_id = NEW.confirmed_by OR c.approved_by = NEW.confirmed_by OR c.authorised_by = "
            "NEW.confirmed_by OR EXISTS (SELECT 1 FROM claim_decision d JOIN claim_line l ON l.id = d.line_id "
            "WHERE l.claim_id = c.id AND d.by_id = NEW.confirmed_by))) THEN RAISE EXCEPTION 'nobody confirms a "
            "claim they took part in' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER payment_confirmed_by_another BEFORE UPDATE ON payment_run FOR EACH ROW EXECUTE "
            "FUNCTION payment_confirmed_by_another()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_of_what_was_approved() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN IF NOT EXISTS (SELECT 1 FROM payment_run r, claim c WHERE r.id = NEW.run_id AND c.id = "
            "NEW.claim_id AND r.state = 'prepared' AND c.authorised_by IS NOT NULL AND c.approved_pence - "
            "c.advance_pence = NEW.amount_pence) THEN RAISE EXCEPTION 'a payment is what was approved and "
            "authorised, in a run that is being prepared' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; "
            "END $$"
        ),
        (
            "CREATE TRIGGER payment_of_what_was_approved BEFORE INSERT ON payment FOR EACH ROW EXECUTE FUNCTION "
            "payment_of_what_was_approved()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_run_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "OLD.state <> 'prepared' AND (NEW.pay_on IS DISTINCT FROM OLD.pay_on OR NEW.payments IS DISTINCT "
            "FROM OLD.payments OR NEW.total_pence IS DISTINCT FROM OLD.total_pence OR NEW.prepared_by IS "
            "DISTINCT FROM OLD.prepared_by OR NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by OR NEW.state = "
            "'prepared' OR (OLD.state IN ('exported', 'cancelled') AND NEW.state <> OLD.state)) THEN RAISE "
            "EXCEPTION 'a run that was confirmed cannot change' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER payment_run_moves_on BEFORE UPDATE ON payment_run FOR EACH ROW EXECUTE FUNCTION "
            "payment_run_moves_on()"
        ),
        (
            "CREATE OR REPLACE FUNCTION payment_choice_in_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF "
            "EXISTS (SELECT 1 FROM claim c WHERE c.id = NEW.claim_id AND c.state IN ('refused', 'authorised', "
            "'in_run', 'paid', 'corrected', 'withdrawn')) THEN RAISE EXCEPTION 'how a claim is paid can be chosen "
            "until it is authorised, and after a payment failed' USING ERRCODE = 'check_violation'; END IF; "
            "RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER payment_choice_in_time BEFORE INSERT ON payment_choice FOR EACH ROW EXECUTE FUNCTION "
            "payment_choice_in_time()"
        ),
    ),
}
_UNDO: dict[str, tuple[str, ...]] = {
    "sqlite": (
        ("DROP TRIGGER payment_choice_in_time"),
        ("DROP TRIGGER payment_run_moves_on"),
        ("DROP TRIGGER payment_of_what_was_approved"),
        ("DROP TRIGGER payment_confirmed_by_another"),
        ("DROP TRIGGER payment_by_another"),
        ("DROP TRIGGER claim_decision_by_another"),
        ("DROP TRIGGER claim_is_fixed"),
        ("DROP TRIGGER claim_line_added_in_time"),
        ("DROP TRIGGER claim_line_is_fixed"),
        ("DROP TRIGGER payment_is_fixed"),
        ("DROP TRIGGER bank_details_is_fixed"),
        ("DROP TRIGGER payment_choice_is_fixed"),
        ("DROP TRIGGER involvement_rate_is_fixed"),
        ("DROP TRIGGER policy_rate_is_fixed"),
        ("DROP TRIGGER claim_decision_is_fixed"),
        ("DROP TRIGGER claim_entry_is_fixed"),
    ),
    "postgresql": (
        ("DROP TRIGGER payment_choice_in_time ON payment_choice"),
        ("DROP FUNCTION payment_choice_in_time()"),
        ("DROP TRIGGER payment_run_moves_on ON payment_run"),
        ("DROP FUNCTION payment_run_moves_on()"),
        ("DROP TRIGGER payment_of_what_was_approved ON payment"),
        ("DROP FUNCTION payment_of_what_was_approved()"),
        ("DROP TRIGGER payment_confirmed_by_another ON payment_run"),
        ("DROP FUNCTION payment_confirmed_by_another()"),
        ("DROP TRIGGER payment_by_another ON payment"),
        ("DROP FUNCTION payment_by_another()"),
        ("DROP TRIGGER claim_decision_by_another ON claim_decision"),
        ("DROP FUNCTION claim_decision_by_another()"),
        ("DROP TRIGGER claim_is_fixed ON claim"),
        ("DROP FUNCTION claim_is_fixed()"),
        ("DROP TRIGGER claim_line_added_in_time ON claim_line"),
        ("DROP FUNCTION claim_line_added_in_time()"),
        ("DROP TRIGGER claim_line_is_fixed ON claim_line"),
        ("DROP FUNCTION claim_line_is_fixed()"),
        ("DROP TRIGGER payment_is_fixed ON payment"),
        ("DROP FUNCTION payment_is_fixed()"),
        ("DROP TRIGGER bank_details_is_fixed ON bank_details"),
        ("DROP FUNCTION bank_details_is_fixed()"),
        ("DROP TRIGGER payment_choice_is_fixed ON payment_choice"),
        ("DROP FUNCTION payment_choice_is_fixed()"),
        ("DROP TRIGGER involvement_rate_is_fixed ON involvement_rate"),
        ("DROP FUNCTION involvement_rate_is_fixed()"),
        ("DROP TRIGGER policy_rate_is_fixed ON policy_rate"),
        ("DROP FUNCTION policy_rate_is_fixed()"),
        ("DROP TRIGGER claim_decision_is_fixed ON claim_decision"),
        ("DROP FUNCTION claim_decision_is_fixed()"),
        ("DROP TRIGGER claim_entry_is_fixed ON claim_entry"),
        ("DROP FUNCTION claim_entry_is_fixed()"),
    ),
}


def upgrade() -> None:
    op.create_table(
        "expenses_promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("days > 0 AND days <= 366", name=op.f("ck_expenses_promise_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenses_promise")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_expenses_promise_valid_from")),
    )
    op.create_table(
        "involvement_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("up_to_minutes", sa.Integer(), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("unverified", sa.Boolean(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint("pence >= 0", name=op.f("ck_involvement_rate_pence")),
        sa.CheckConstraint("up_to_minutes > 0", name=op.f("ck_involvement_rate_up_to_minutes")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_involvement_rate_dates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_involvement_rate")),
        sa.UniqueConstraint(
            "role", "valid_from", "up_to_minutes", name=op.f("uq_involvement_rate_role_valid_from_up_to_minutes")
        ),
    )
    op.create_table(
        "ledger_layout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "columns",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "coding",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_layout")),
    )
    op.create_table(
        "modulus_substitution",
        sa.Column("sort_code", sa.String(length=6), nullable=False),
        sa.Column("instead", sa.String(length=6), nullable=False),
        sa.PrimaryKeyConstraint("sort_code", name=op.f("pk_modulus_substitution")),
    )
    op.create_table(
        "modulus_weight",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sort_from", sa.String(length=6), nullable=False),
        sa.Column("sort_to", sa.String(length=6), nullable=False),
        sa.Column("method", sa.String(length=5), nullable=False),
        sa.Column(
            "weights",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("exception", sa.Integer(), nullable=True),
        sa.CheckConstraint("method IN ('MOD10','MOD11','DBLAL')", name=op.f("ck_modulus_weight_method")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_modulus_weight")),
    )
    with op.batch_alter_table("modulus_weight", schema=None) as batch_op:
        batch_op.create_index("ix_modulus_weight_range", ["sort_from", "sort_to"], unique=False)

    op.create_table(
        "payer_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=18), nullable=False),
        sa.Column("service_user_number", sa.String(length=6), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_account")),
    )
    op.create_table(
        "payment_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "wording",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("since", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_text")),
        sa.UniqueConstraint("purpose", "version", name=op.f("uq_payment_text_purpose_version")),
    )
    op.create_table(
        "policy_category",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "words",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column(
            "word_sources",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("ledger_code", sa.String(length=40), nullable=False),
        sa.CheckConstraint("position >= 0", name=op.f("ck_policy_category_position")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_policy_category")),
    )
    op.create_table(
        "payment_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("total_pence", sa.BigInteger(), nullable=False),
        sa.Column("payer_account_id", sa.Integer(), nullable=True),
        sa.Column("layout_id", sa.Integer(), nullable=True),
        sa.Column("prepared_by", sa.Integer(), nullable=False),
        sa.Column("prepared_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("exported_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "checksums",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('prepared','confirmed','exported','cancelled')", name=op.f("ck_payment_run_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('confirmed','exported') OR (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)",
            name=op.f("ck_payment_run_confirmed"),
        ),
        sa.CheckConstraint("confirmed_by <> prepared_by", name=op.f("ck_payment_run_two_payers")),
        sa.CheckConstraint("payments >= 0 AND total_pence >= 0", name=op.f("ck_payment_run_totals")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_payment_run_confirmed_by_staff")),
        sa.ForeignKeyConstraint(
            ["layout_id"], ["ledger_layout.id"], name=op.f("fk_payment_run_layout_id_ledger_layout")
        ),
        sa.ForeignKeyConstraint(
            ["payer_account_id"], ["payer_account.id"], name=op.f("fk_payment_run_payer_account_id_payer_account")
        ),
        sa.ForeignKeyConstraint(["prepared_by"], ["staff.id"], name=op.f("fk_payment_run_prepared_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_run")),
    )
    with op.batch_alter_table("payment_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_run_confirmed_by"), ["confirmed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_run_prepared_by"), ["prepared_by"], unique=False)
        batch_op.create_index("ix_payment_run_state_prepared", ["state", "prepared_at"], unique=False)

    op.create_table(
        "policy_rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.Column("rate_hundredths", sa.Integer(), nullable=True),
        sa.Column("threshold_hundredths", sa.Integer(), nullable=True),
        sa.Column("above_hundredths", sa.Integer(), nullable=True),
        sa.Column("cap_pence", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.String(length=8), nullable=False),
        sa.Column("receipt_over_pence", sa.Integer(), nullable=True),
        sa.Column("prior", sa.Boolean(), nullable=False),
        sa.Column("prior_over_pence", sa.Integer(), nullable=True),
        sa.Column(
            "who",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("unverified", sa.Boolean(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(receipt = 'over') = (receipt_over_pence IS NOT NULL)", name=op.f("ck_policy_rate_receipt_over")
        ),
        sa.CheckConstraint("(unit = 'cost') = (rate_hundredths IS NULL)", name=op.f("ck_policy_rate_unit_rate")),
        sa.CheckConstraint("receipt IN ('always','never','over')", name=op.f("ck_policy_rate_receipt")),
        sa.CheckConstraint("unit IN ('cost','mile','hour','night','fixed')", name=op.f("ck_policy_rate_unit")),
        sa.CheckConstraint(
            "(threshold_hundredths IS NULL) = (above_hundredths IS NULL)", name=op.f("ck_policy_rate_threshold")
        ),
        sa.CheckConstraint(
            "cap_pence >= 0 AND receipt_over_pence >= 0 AND prior_over_pence >= 0", name=op.f("ck_policy_rate_pence")
        ),
        sa.CheckConstraint(
            "rate_hundredths >= 0 AND above_hundredths >= 0 AND threshold_hundredths >= 0",
            name=op.f("ck_policy_rate_rate"),
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_policy_rate_dates")),
        sa.CheckConstraint("window_days > 0", name=op.f("ck_policy_rate_window_days")),
        sa.ForeignKeyConstraint(
            ["category"], ["policy_category.key"], name=op.f("fk_policy_rate_category_policy_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_rate")),
        sa.UniqueConstraint("category", "valid_from", name=op.f("uq_policy_rate_category_valid_from")),
    )
    op.create_table(
        "expenses_budget",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("set_pence", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("expected_people", sa.Integer(), nullable=True),
        sa.Column("expected_each_pence", sa.Integer(), nullable=True),
        sa.Column("coding", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_expenses_budget_dates")),
        sa.CheckConstraint(
            "expected_people >= 0 AND expected_each_pence >= 0", name=op.f("ck_expenses_budget_expected")
        ),
        sa.CheckConstraint("set_pence >= 0", name=op.f("ck_expenses_budget_pence")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_expenses_budget_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["staff.id"], name=op.f("fk_expenses_budget_holder_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expenses_budget")),
        sa.UniqueConstraint("engagement_id", "starts_on", name=op.f("uq_expenses_budget_engagement_id_starts_on")),
    )
    with op.batch_alter_table("expenses_budget", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expenses_budget_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "payee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("kept", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("charity_number", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind = 'member' OR (member_id IS NULL AND name IS NOT NULL)", name=op.f("ck_payee_who")),
        sa.CheckConstraint("kind IN ('member','organisation','charity')", name=op.f("ck_payee_kind")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_payee_member_id_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_payee_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee")),
        sa.UniqueConstraint("member_id", name=op.f("uq_payee_member_id")),
    )
    with op.batch_alter_table("payee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payee_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "bank_details",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("account_index", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("checked", sa.String(length=8), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=40), nullable=False),
        sa.Column("held_until", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tell_by", sa.String(length=8), nullable=True),
        sa.Column("told_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("checked IN ('form','modulus')", name=op.f("ck_bank_details_checked")),
        sa.CheckConstraint("held_until >= created_at", name=op.f("ck_bank_details_held_until")),
        sa.CheckConstraint("tell_by IN ('email','phone','post')", name=op.f("ck_bank_details_tell_by")),
        sa.CheckConstraint("(told_at IS NULL) = (told_by IS NULL)", name=op.f("ck_bank_details_told")),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("fk_bank_details_payee_id_payee")),
        sa.ForeignKeyConstraint(["told_by"], ["staff.id"], name=op.f("fk_bank_details_told_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_details")),
    )
    with op.batch_alter_table("bank_details", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_details_account_index"), ["account_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_details_payee_id"), ["payee_id"], unique=False)
        batch_op.create_index(
            "uq_bank_details_current",
            ["payee_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("claimant_staff_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_how", sa.String(length=8), nullable=False),
        sa.Column("for_whom", sa.String(length=12), nullable=False),
        sa.Column("for_words", sa.LargeBinary(), nullable=True),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("created_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("authorised_by", sa.Integer(), nullable=True),
        sa.Column("authorised_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("claimed_pence", sa.Integer(), nullable=False),
        sa.Column("approved_pence", sa.Integer(), nullable=False),
        sa.Column("advance_pence", sa.Integer(), nullable=False),
        sa.Column("settles_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name=op.f("ck_claim_submitted")),
        sa.CheckConstraint("for_whom IN ('self','carer','assistant')", name=op.f("ck_claim_for_whom")),
        sa.CheckConstraint("kind IN ('costs','time','advance')", name=op.f("ck_claim_kind")),
        sa.CheckConstraint("made_how IN ('online','paper','phone')", name=op.f("ck_claim_made_how")),
        sa.CheckConstraint("settles_id IS NULL OR kind = 'costs'", name=op.f("ck_claim_settles")),
        sa.CheckConstraint(
            "state IN ('draft','submitted','question','approved','partly_approved','refused','authorised','in_run',"
            "'paid','failed','corrected','withdrawn','declined')",
            name=op.f("ck_claim_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('authorised','in_run','paid','failed','corrected') OR authorised_by IS NOT NULL",
            name=op.f("ck_claim_authorised"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR claimant_staff_id IS NULL OR approved_by <> claimant_staff_id",
            name=op.f("ck_claim_approver_claims"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR made_by IS NULL OR approved_by <> made_by", name=op.f("ck_claim_approver_made")
        ),
        sa.CheckConstraint(
            "approved_pence <= claimed_pence AND advance_pence <= approved_pence", name=op.f("ck_claim_approved")
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR (approved_by IS NOT NULL AND authorised_by <> approved_by)",
            name=op.f("ck_claim_two_signatures"),
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR claimant_staff_id IS NULL OR authorised_by <> claimant_staff_id",
            name=op.f("ck_claim_authoriser_claims"),
        ),
        sa.CheckConstraint(
            "authorised_by IS NULL OR made_by IS NULL OR authorised_by <> made_by",
            name=op.f("ck_claim_authoriser_made"),
        ),
        sa.CheckConstraint(
            "claimed_pence >= 0 AND approved_pence >= 0 AND advance_pence >= 0", name=op.f("ck_claim_pence")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["staff.id"], name=op.f("fk_claim_approved_by_staff")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_claim_area_id_area")),
        sa.ForeignKeyConstraint(["authorised_by"], ["staff.id"], name=op.f("fk_claim_authorised_by_staff")),
        sa.ForeignKeyConstraint(["claimant_staff_id"], ["staff.id"], name=op.f("fk_claim_claimant_staff_id_staff")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_claim_engagement_id_engagement")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_claim_made_by_staff")),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("fk_claim_payee_id_payee")),
        sa.ForeignKeyConstraint(["settles_id"], ["claim.id"], name=op.f("fk_claim_settles_id_claim")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("reference", name=op.f("uq_claim_reference")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_approved_by"), ["approved_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_authorised_by"), ["authorised_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_claimant_staff_id"), ["claimant_staff_id"], unique=False)
        batch_op.create_index("ix_claim_engagement_state", ["engagement_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_made_by"), ["made_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_paid_on"), ["paid_on"], unique=False)
        batch_op.create_index("ix_claim_payee_state", ["payee_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_promised_on"), ["promised_on"], unique=False)
        batch_op.create_index("ix_claim_state_submitted", ["state", "submitted_at", "id"], unique=False)
        batch_op.create_index(
            "uq_claim_settles_id",
            ["settles_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "prior_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("claimant_staff_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("engagement_id", sa.Integer(), nullable=True),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("asked_pence", sa.Integer(), nullable=True),
        sa.Column("agreed_pence", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('agreed','refused','used')) = (decided_by IS NOT NULL)", name=op.f("ck_prior_request_decided")
        ),
        sa.CheckConstraint("kind IN ('approval','prepaid','advance')", name=op.f("ck_prior_request_kind")),
        sa.CheckConstraint(
            "state IN ('draft','asked','agreed','refused','withdrawn','used')", name=op.f("ck_prior_request_state")
        ),
        sa.CheckConstraint("asked_pence >= 0 AND agreed_pence >= 0", name=op.f("ck_prior_request_pence")),
        sa.CheckConstraint(
            "decided_by IS NULL OR claimant_staff_id IS NULL OR decided_by <> claimant_staff_id",
            name=op.f("ck_prior_request_decider_claims"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR made_by IS NULL OR decided_by <> made_by", name=op.f("ck_prior_request_decider_made")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR (category IS NOT NULL AND day IS NOT NULL)", name=op.f("ck_prior_request_said")
        ),
        sa.ForeignKeyConstraint(
            ["category"], ["policy_category.key"], name=op.f("fk_prior_request_category_policy_category")
        ),
        sa.ForeignKeyConstraint(
            ["claimant_staff_id"], ["staff.id"], name=op.f("fk_prior_request_claimant_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_prior_request_decided_by_staff")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_prior_request_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_prior_request_made_by_staff")),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("fk_prior_request_payee_id_payee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prior_request")),
    )
    with op.batch_alter_table("prior_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prior_request_engagement_id"), ["engagement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_prior_request_payee_id"), ["payee_id"], unique=False)
        batch_op.create_index("ix_prior_request_state_asked", ["state", "asked_at"], unique=False)

    op.create_table(
        "claim_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(length=80), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("pence >= 0", name=op.f("ck_claim_entry_pence")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_entry_claim_id_claim"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_entry")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claim_entry_claim_id_number")),
    )
    with op.batch_alter_table("claim_entry", schema=None) as batch_op:
        batch_op.create_index("ix_claim_entry_at", ["at", "kind"], unique=False)

    op.create_table(
        "claim_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("spent_on", sa.Date(), nullable=True),
        sa.Column("spent_pence", sa.Integer(), nullable=True),
        sa.Column("quantity_hundredths", sa.Integer(), nullable=True),
        sa.Column("return_journey", sa.Boolean(), nullable=False),
        sa.Column("journey", sa.LargeBinary(), nullable=True),
        sa.Column("journey_index", sa.String(length=64), nullable=True),
        sa.Column("claimed_pence", sa.Integer(), nullable=False),
        sa.Column("priced_pence", sa.Integer(), nullable=False),
        sa.Column("rate_id", sa.Integer(), nullable=True),
        sa.Column("involvement_id", sa.Integer(), nullable=True),
        sa.Column(
            "rate_copy",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column(
            "flags",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql"
            ),
            nullable=False,
        ),
        sa.Column("no_receipt", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("prior_id", sa.Integer(), nullable=True),
        sa.Column("approved_pence", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "approved_pence >= 0 AND approved_pence <= claimed_pence", name=op.f("ck_claim_line_approved")
        ),
        sa.CheckConstraint("minutes > 0 AND minutes <= 1440", name=op.f("ck_claim_line_minutes")),
        sa.CheckConstraint("quantity_hundredths >= 0", name=op.f("ck_claim_line_quantity")),
        sa.CheckConstraint(
            "spent_pence >= 0 AND claimed_pence >= 0 AND priced_pence >= 0", name=op.f("ck_claim_line_pence")
        ),
        sa.ForeignKeyConstraint(
            ["category"], ["policy_category.key"], name=op.f("fk_claim_line_category_policy_category")
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id_claim"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["involvement_id"], ["involvement_rate.id"], name=op.f("fk_claim_line_involvement_id_involvement_rate")
        ),
        sa.ForeignKeyConstraint(["prior_id"], ["prior_request.id"], name=op.f("fk_claim_line_prior_id_prior_request")),
        sa.ForeignKeyConstraint(["rate_id"], ["policy_rate.id"], name=op.f("fk_claim_line_rate_id_policy_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_line")),
        sa.UniqueConstraint("claim_id", "number", name=op.f("uq_claim_line_claim_id_number")),
    )
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_line_category"), ["category"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_line_involvement_id"), ["involvement_id"], unique=False)
        batch_op.create_index("ix_claim_line_journey", ["journey_index", "spent_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_line_prior_id"), ["prior_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_line_rate_id"), ["rate_id"], unique=False)
        batch_op.create_index("ix_claim_line_same", ["spent_on", "category", "claimed_pence"], unique=False)

    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("payee_id", sa.Integer(), nullable=False),
        sa.Column("bank_details_id", sa.Integer(), nullable=True),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=18), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("failed_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(length=20), nullable=False),
        sa.CheckConstraint("(method = 'voucher') = (bank_details_id IS NULL)", name=op.f("ck_payment_account")),
        sa.CheckConstraint("(state = 'failed') = (failed_at IS NOT NULL)", name=op.f("ck_payment_failed")),
        sa.CheckConstraint("method <> 'none'", name=op.f("ck_payment_some_method")),
        sa.CheckConstraint("method IN ('bank','voucher','charity','none')", name=op.f("ck_payment_method")),
        sa.CheckConstraint("state IN ('in_run','paid','failed','cancelled')", name=op.f("ck_payment_state")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint("attempt > 0", name=op.f("ck_payment_attempt")),
        sa.ForeignKeyConstraint(
            ["bank_details_id"], ["bank_details.id"], name=op.f("fk_payment_bank_details_id_bank_details")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_payment_claim_id_claim")),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("fk_payment_payee_id_payee")),
        sa.ForeignKeyConstraint(["run_id"], ["payment_run.id"], name=op.f("fk_payment_run_id_payment_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("claim_id", "attempt", name=op.f("uq_payment_claim_id_attempt")),
        sa.UniqueConstraint("run_id", "reference", name=op.f("uq_payment_run_id_reference")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_bank_details_id"), ["bank_details_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_payee_id"), ["payee_id"], unique=False)
        batch_op.create_index("ix_payment_run_id_state", ["run_id", "state", "id"], unique=False)
        batch_op.create_index(
            "uq_payment_claim_live",
            ["claim_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('in_run','paid')"),
            postgresql_where=sa.text("state IN ('in_run','paid')"),
        )

    op.create_table(
        "payment_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("charity_id", sa.Integer(), nullable=True),
        sa.Column("text_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.CheckConstraint("(method = 'charity') = (charity_id IS NOT NULL)", name=op.f("ck_payment_choice_charity")),
        sa.CheckConstraint("method IN ('bank','voucher','charity','none')", name=op.f("ck_payment_choice_method")),
        sa.ForeignKeyConstraint(["charity_id"], ["payee.id"], name=op.f("fk_payment_choice_charity_id_payee")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_payment_choice_claim_id_claim"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["payment_text.id"], name=op.f("fk_payment_choice_text_id_payment_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_choice")),
    )
    with op.batch_alter_table("payment_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_choice_charity_id"), ["charity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payment_choice_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "claim_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("claimed_pence", sa.Integer(), nullable=False),
        sa.Column("approved_pence", sa.Integer(), nullable=False),
        sa.Column("beyond_policy", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "NOT beyond_policy OR approved_pence = 0 OR reason IS NOT NULL",
            name=op.f("ck_claim_decision_beyond_policy"),
        ),
        sa.CheckConstraint(
            "approved_pence = claimed_pence OR reason IS NOT NULL", name=op.f("ck_claim_decision_reason")
        ),
        sa.CheckConstraint(
            "approved_pence >= 0 AND approved_pence <= claimed_pence", name=op.f("ck_claim_decision_approved")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_claim_decision_by_id_staff")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_claim_decision_line_id_claim_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_decision")),
        sa.UniqueConstraint("line_id", "round", name=op.f("uq_claim_decision_line_id_round")),
    )
    with op.batch_alter_table("claim_decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_decision_by_id"), ["by_id"], unique=False)

    op.create_table(
        "claim_question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=40), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer IS NULL)", name=op.f("ck_claim_question_answered")),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"], name=op.f("fk_claim_question_asked_by_staff")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_question_claim_id_claim"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_claim_question_line_id_claim_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_question")),
    )
    with op.batch_alter_table("claim_question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_question_claim_id"), ["claim_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_question_line_id"), ["line_id"], unique=False)

    op.create_table(
        "claim_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=False),
        sa.Column("added_at", core.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False),
        sa.Column("withdrawn_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg','image/png','application/pdf')", name=op.f("ck_claim_receipt_media_type")
        ),
        sa.CheckConstraint("pages > 0", name=op.f("ck_claim_receipt_pages")),
        sa.CheckConstraint("size > 0", name=op.f("ck_claim_receipt_size")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["claim_line.id"], name=op.f("fk_claim_receipt_line_id_claim_line"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_receipt")),
    )
    with op.batch_alter_table("claim_receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_receipt_content_index"), ["content_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_receipt_line_id"), ["line_id"], unique=False)

    op.create_table(
        "voucher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seal_id", sa.String(length=26), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("ordered_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", core.database.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_voucher_payment_id_payment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_voucher_payment_id")),
    )
    connection = op.get_bind()
    for statement in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    for statement in _UNDO[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    op.drop_table("voucher")
    with op.batch_alter_table("claim_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_receipt_line_id"))
        batch_op.drop_index(batch_op.f("ix_claim_receipt_content_index"))

    op.drop_table("claim_receipt")
    with op.batch_alter_table("claim_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_question_line_id"))
        batch_op.drop_index(batch_op.f("ix_claim_question_claim_id"))

    op.drop_table("claim_question")
    with op.batch_alter_table("claim_decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_claim_decision_by_id"))

    op.drop_table("claim_decision")
    with op.batch_alter_table("payment_choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_choice_claim_id"))
        batch_op.drop_index(batch_op.f("ix_payment_choice_charity_id"))

    op.drop_table("payment_choice")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_payment_claim_live",
            sqlite_where=sa.text("state IN ('in_run','paid')"),
            postgresql_where=sa.text("state IN ('in_run','paid')"),
        )
        batch_op.drop_index("ix_payment_run_id_state")
        batch_op.drop_index(batch_op.f("ix_payment_payee_id"))
        batch_op.drop_index(batch_op.f("ix_payment_bank_details_id"))

    op.drop_table("payment")
    with op.batch_alter_table("claim_line", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_line_same")
        batch_op.drop_index(batch_op.f("ix_claim_line_rate_id"))
        batch_op.drop_index(batch_op.f("ix_claim_line_prior_id"))
        batch_op.drop_index("ix_claim_line_journey")
        batch_op.drop_index(batch_op.f("ix_claim_line_involvement_id"))
        batch_op.drop_index(batch_op.f("ix_claim_line_category"))

    op.drop_table("claim_line")
    with op.batch_alter_table("claim_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_entry_at")

    op.drop_table("claim_entry")
    with op.batch_alter_table("prior_request", schema=None) as batch_op:
        batch_op.drop_index("ix_prior_request_state_asked")
        batch_op.drop_index(batch_op.f("ix_prior_request_payee_id"))
        batch_op.drop_index(batch_op.f("ix_prior_request_engagement_id"))

    op.drop_table("prior_request")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_state_submitted")
        batch_op.drop_index(batch_op.f("ix_claim_promised_on"))
        batch_op.drop_index("ix_claim_payee_state")
        batch_op.drop_index(batch_op.f("ix_claim_paid_on"))
        batch_op.drop_index(batch_op.f("ix_claim_made_by"))
        batch_op.drop_index("ix_claim_engagement_state")
        batch_op.drop_index(batch_op.f("ix_claim_claimant_staff_id"))
        batch_op.drop_index(batch_op.f("ix_claim_authorised_by"))
        batch_op.drop_index(batch_op.f("ix_claim_area_id"))
        batch_op.drop_index(batch_op.f("ix_claim_approved_by"))

    op.drop_table("claim")
    with op.batch_alter_table("bank_details", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bank_details_current",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_bank_details_payee_id"))
        batch_op.drop_index(batch_op.f("ix_bank_details_account_index"))

    op.drop_table("bank_details")
    with op.batch_alter_table("payee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payee_staff_id"))

    op.drop_table("payee")
    with op.batch_alter_table("expenses_budget", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_expenses_budget_holder_id"))

    op.drop_table("expenses_budget")
    op.drop_table("policy_rate")
    with op.batch_alter_table("payment_run", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_run_state_prepared")
        batch_op.drop_index(batch_op.f("ix_payment_run_prepared_by"))
        batch_op.drop_index(batch_op.f("ix_payment_run_confirmed_by"))

    op.drop_table("payment_run")
    op.drop_table("policy_category")
    op.drop_table("payment_text")
    op.drop_table("payer_account")
    with op.batch_alter_table("modulus_weight", schema=None) as batch_op:
        batch_op.drop_index("ix_modulus_weight_range")

    op.drop_table("modulus_weight")
    op.drop_table("modulus_substitution")
    op.drop_table("ledger_layout")
    op.drop_table("involvement_rate")
    op.drop_table("expenses_promise")
