"""The second signature: somebody else than who approved says that the budget bears it."""

from __future__ import annotations

from accounts.models import Staff
from core import clock
from core.database import db, lock_name
from expenses import transitions
from expenses.errors import OverBudgetError
from expenses.models import Claim, Payee
from expenses.queries import budgets
from expenses.services import duties, steps


def authorise(claim: Claim, *, by: Staff, version: int, declared: str = "") -> None:
    """Authorise an approved claim. Raises OverBudgetError, OwnClaimError, ClaimMovedError.

    Past the budget only the person who holds it may. A claim that an advance has paid in full is settled at once.
    `declared` is what services.declarations keeps of the words that were ticked.
    """
    if claim.engagement_id is not None:
        lock_name(f"expenses.budget:{claim.engagement_id}")  # two claims at one moment cannot both take the last pound
        _check_budget(claim, by)
    payee = db.session.get_one(Payee, claim.payee_id)
    marked = claim.claimant_staff_id or duties.staff_id_of(payee)
    steps.take(
        claim,
        transitions.AUTHORISED,
        by=by,
        version=version,
        detail=declared,
        authorised_by=by.id,
        authorised_at=clock.now(),
        claimant_staff_id=marked,
    )
    if claim.to_pay_pence == 0:
        steps.take(claim, transitions.SETTLED, actor="system", paid_on=clock.today())


def _check_budget(claim: Claim, by: Staff) -> None:
    assert claim.engagement_id is not None  # noqa: S101  the caller asked
    budget = budgets.find_budget(claim.engagement_id, clock.today())
    if budget is None:
        return
    signed = budgets.authorised_pence(budget)
    if signed + claim.to_pay_pence > budget.set_pence and not (budget.holder_id == by.id and by.may("budgets.hold")):
        raise OverBudgetError
