"""What staff are told after a step: which claim, and where it stands now."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from core.errors import N_
from expenses.models import Claim

_DONE: dict[str, str] = {
    "question": N_("The question about claim %(reference)s is sent."),
    "approved": N_("Claim %(reference)s is approved. The person is told."),
    "partly_approved": N_("Claim %(reference)s is approved in part. The person is told, with the reasons."),
    "refused": N_("Claim %(reference)s is refused. The person is told, with the reasons."),
    "submitted": N_("Claim %(reference)s is open again."),
    "authorised": N_("Claim %(reference)s is authorised."),
    "paid": N_("Claim %(reference)s is settled: it was paid in advance."),
}


def tell(claim: Claim) -> None:
    """Say on the next page what became of `claim`."""
    flash(_(_DONE[claim.state], reference=claim.reference), "success")
