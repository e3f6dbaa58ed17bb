"""What the database itself refuses, whoever asks: history that changes, payers who decided, figures that move.

Made with the tables, and by the migration that makes them. What one row can tell is a CHECK in the models; these are
triggers, because they compare a row with how it was, or with rows of other tables. Deleting is left to the retention
job; the ORM refuses it elsewhere (expenses.immutability).
"""

from __future__ import annotations

from core.guards import Guard, changed, keep
from expenses import models


def _fixed(table: str, *columns: str, words: str) -> Guard:
    return Guard(f"{table}_is_fixed", table, "UPDATE", changed(columns), words)


_OWN = ("made_by", "claimant_staff_id", "approved_by", "authorised_by")
_RUN_AND_CLAIM = "SELECT 1 FROM payment_run r, claim c WHERE r.id = NEW.run_id AND c.id = NEW.claim_id"
_OF_RUN = "SELECT 1 FROM payment p JOIN claim c ON c.id = p.claim_id WHERE p.run_id = NEW.id"
_SENT_CLAIM = "EXISTS (SELECT 1 FROM claim c WHERE c.id = {}.claim_id AND c.state <> 'draft')"
_CHOSE = "SELECT 1 FROM payment_choice h WHERE h.claim_id = c.id AND h.how = 'staff:'"
#: That somebody (second) entered the account that a payment (first) goes into.
_GAVE_ACCOUNT = (
    "EXISTS (SELECT 1 FROM bank_details b WHERE b.id = {}.bank_details_id AND b.created_by = 'staff:' || {})"
)
_DECIDED = "SELECT 1 FROM claim_decision d JOIN claim_line l ON l.id = d.line_id WHERE l.claim_id = c.id"


def _took_part(person: str) -> str:
    """Return the condition that `person` claimed, entered, decided, authorised or chose for the claim c."""
    own = " OR ".join(f"c.{column} = {person}" for column in _OWN)
    return f"({own} OR EXISTS ({_DECIDED} AND d.by_id = {person}) OR EXISTS ({_CHOSE} || {person}))"


# Sealed columns and their indexes are never in these lists: renewing the keys changes them.
_LINE = (
    "claim_id",
    "number",
    "category",
    "role",
    "minutes",
    "spent_on",
    "spent_pence",
    "quantity_hundredths",
    "claimed_pence",
    "priced_pence",
    "rate_id",
    "involvement_id",
    "rate_copy",
)
_SENT = ("seal_id", "reference", "kind", "payee_id", "made_by", "claimed_pence", "settles_id")
_AUTHORISED = ("approved_pence", "advance_pence", "approved_by", "authorised_by")

GUARDS: tuple[Guard, ...] = (
    _fixed(
        "claim_entry",
        *("seal_id", "claim_id", "number", "kind", "from_state", "to_state", "at", "actor", "pence", "detail"),
        words="an entry of a claim cannot change",
    ),
    _fixed(
        "claim_decision",
        *("seal_id", "line_id", "round", "claimed_pence", "approved_pence", "beyond_policy", "reason", "by_id", "at"),
        words="a decision cannot change",
    ),
    _fixed(
        "policy_rate",
        *("category", "unit", "rate_hundredths", "threshold_hundredths", "above_hundredths", "cap_pence", "receipt"),
        *("receipt_over_pence", "prior", "prior_over_pence", "who", "window_days", "valid_from"),
        words="a rate of the policy cannot change",
    ),
    _fixed(
        "involvement_rate",
        *("role", "up_to_minutes", "pence", "valid_from"),
        words="a rate of the policy cannot change",
    ),
    _fixed(
        "payment_choice",
        *("claim_id", "method", "charity_id", "text_id", "language", "at", "how"),
        words="a choice cannot change",
    ),
    _fixed(
        "bank_details",
        *("seal_id", "payee_id", "checked", "created_at", "created_by", "held_until"),
        words="bank details cannot change",
    ),
    _fixed(
        "payment",
        *("run_id", "claim_id", "attempt", "method", "payee_id", "bank_details_id", "amount_pence", "reference"),
        words="a payment cannot change",
    ),
    Guard(
        "claim_line_is_fixed",
        "claim_line",
        "UPDATE",
        f"({changed(_LINE)}) AND " + _SENT_CLAIM.format("OLD"),
        "the lines of a claim are fixed once it is sent",
    ),
    Guard(
        "claim_line_added_in_time",
        "claim_line",
        "INSERT",
        _SENT_CLAIM.format("NEW"),
        "the lines of a claim are fixed once it is sent",
    ),
    Guard(
        "claim_is_fixed",
        "claim",
        "UPDATE",
        f"(OLD.state <> 'draft' AND ({changed(_SENT)})) OR ((OLD.state IN "
        "('authorised', 'in_run', 'paid', 'failed', 'corrected') OR (OLD.state = 'declined' AND OLD.authorised_by "
        f"IS NOT NULL)) AND ({changed(_AUTHORISED)}))",
        "what was sent, and what was authorised, cannot change",
    ),
    Guard(
        "claim_decision_by_another",
        "claim_decision",
        "INSERT",
        "EXISTS (SELECT 1 FROM claim_line l JOIN claim c ON c.id = l.claim_id WHERE l.id = NEW.line_id "
        "AND (c.made_by = NEW.by_id OR c.claimant_staff_id = NEW.by_id))",
        "nobody decides on a claim of their own",
    ),
    Guard(
        "payment_by_another",
        "payment",
        "INSERT",
        f"EXISTS ({_RUN_AND_CLAIM} AND ({_took_part('r.prepared_by')} "
        f"OR {_GAVE_ACCOUNT.format('NEW', 'r.prepared_by')}))",
        "nobody pays a claim they took part in",
    ),
    Guard(
        "payment_confirmed_by_another",
        "payment_run",
        "UPDATE",
        f"{changed(['confirmed_by'])} AND EXISTS ({_OF_RUN} AND ({_took_part('NEW.confirmed_by')} "
        f"OR {_GAVE_ACCOUNT.format('p', 'NEW.confirmed_by')}))",
        "nobody confirms a claim they took part in",
    ),
    Guard(
        "payment_of_what_was_approved",
        "payment",
        "INSERT",
        f"NOT EXISTS ({_RUN_AND_CLAIM} AND r.state = 'prepared' AND c.authorised_by IS NOT NULL "
        "AND c.approved_pence - c.advance_pence = NEW.amount_pence)",
        "a payment is what was approved and authorised, in a run that is being prepared",
    ),
    Guard(
        "payment_run_moves_on",
        "payment_run",
        "UPDATE",
        "OLD.state <> 'prepared' AND (NEW.pay_on IS DISTINCT FROM OLD.pay_on "
        "OR NEW.payments IS DISTINCT FROM OLD.payments OR NEW.total_pence IS DISTINCT FROM OLD.total_pence "
        "OR NEW.prepared_by IS DISTINCT FROM OLD.prepared_by OR NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by "
        "OR NEW.state = 'prepared' OR (OLD.state IN ('exported', 'cancelled') AND NEW.state <> OLD.state))",
        "a run that was confirmed cannot change",
    ),
    Guard(
        "payment_choice_in_time",
        "payment_choice",
        "INSERT",
        "EXISTS (SELECT 1 FROM claim c WHERE c.id = NEW.claim_id AND c.state IN "
        "('refused', 'authorised', 'in_run', 'paid', 'corrected', 'withdrawn'))",
        "how a claim is paid can be chosen until it is authorised, and after a payment failed",
    ),
    _fixed(
        "advance_return",
        *("seal_id", "advance_id", "outcome", "pence", "by_id", "at"),
        words="what became of an advance cannot change",
    ),
    Guard(
        "advance_return_of_what_is_left",
        "advance_return",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM claim a JOIN claim s ON s.settles_id = a.id WHERE a.id = NEW.advance_id "
        "AND a.kind = 'advance' AND a.state = 'paid' "
        "AND s.state IN ('approved', 'partly_approved', 'refused', 'authorised', 'paid') "
        "AND a.approved_pence - s.approved_pence = NEW.pence "
        "AND (a.claimant_staff_id IS NULL OR a.claimant_staff_id <> NEW.by_id))",
        "what is given back or waived is what is left of an advance, and never by who claimed it",
    ),
)


keep(models.Claim.metadata, GUARDS)
