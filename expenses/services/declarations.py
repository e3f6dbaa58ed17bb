"""What people declare when they send, decide or authorise a claim: the words they saw are kept, with the day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext

from core import clock
from core.database import db, lock_name
from expenses.advice import DECLARED
from expenses.models import PaymentText
from expenses.queries import choices as queries
from i18n import languages, negotiation

SENDING, SENDING_FOR, DECIDING = "sending", "sending_for", "deciding"


def sending(is_staff: bool) -> str:
    """Return what is declared by who sends a claim: for themselves, or as staff for somebody."""
    return SENDING_FOR if is_staff else SENDING


def shown(purpose: str, language: str) -> str:
    """Return what the ledger keeps of a declaration: which words, at which version, read in which language."""
    return f"declared:{text_id(purpose, DECLARED[purpose])}:{language}"


def text_id(purpose: str, paragraphs: Sequence[str]) -> int:
    """Return the id of the words shown today in every language, kept as a new version when they have changed."""
    wording: dict[str, Any] = {}
    for tag in languages.TAGS:
        with negotiation.speaking(tag):
            wording[tag] = "\n\n".join(gettext(paragraph) for paragraph in paragraphs)
    newest = queries.find_newest_text(purpose)
    if newest is None or newest.wording != wording:
        lock_name("expenses.payment_text")  # two people may be the first to see new words
        newest = queries.find_newest_text(purpose)
        if newest is None or newest.wording != wording:
            version = newest.version + 1 if newest else 1
            newest = PaymentText(purpose=purpose, version=version, wording=wording, since=clock.now())
            db.session.add(newest)
            db.session.flush()
    return newest.id
