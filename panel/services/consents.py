"""Record what people agree to and take back, with the words they were shown."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext

from core import clock
from core.database import db, lock_name
from i18n import languages, negotiation
from panel import audience
from panel.consents import PURPOSES
from panel.models import Consent, ConsentText


def text_ids() -> dict[str, int]:
    """Return purpose -> id of the words shown today, keeping them as a new version when they have changed."""
    latest = sa.select(sa.func.max(ConsentText.id)).group_by(ConsentText.purpose)
    kept = {t.purpose: t for t in db.session.scalars(sa.select(ConsentText).where(ConsentText.id.in_(latest)))}
    shown = _shown_wording()
    if any(kept.get(purpose) is None or kept[purpose].wording != words for purpose, words in shown.items()):
        return _keep(shown)
    return {purpose: kept[purpose].id for purpose in shown}


def _shown_wording() -> dict[str, dict[str, Any]]:
    wording: dict[str, dict[str, Any]] = {purpose: {} for purpose in PURPOSES}
    for tag in languages.TAGS:
        with negotiation.speaking(tag):
            for purpose in PURPOSES.values():
                wording[purpose.key][tag] = gettext(purpose.wording)
    return wording


def _keep(shown: dict[str, dict[str, Any]]) -> dict[str, int]:
    lock_name("panel.consent_text")  # two people may be the first to see new words
    kept: dict[str, int] = {}
    for purpose, words in shown.items():
        newest = db.session.scalar(
            sa.select(ConsentText).where(ConsentText.purpose == purpose).order_by(ConsentText.version.desc()).limit(1)
        )
        if newest is None or newest.wording != words:
            version = newest.version + 1 if newest else 1
            newest = ConsentText(purpose=purpose, version=version, wording=words, since=clock.now())
            db.session.add(newest)
            db.session.flush()
        kept[purpose] = newest.id
    return kept


def record(member_id: int, purpose: str, given: bool, *, language: str, how: str) -> Consent:
    """Add that a member said yes or no to `purpose`, in `language`; `how` is online, staff:<id> or unsubscribe_link."""
    return record_all(member_id, {purpose: given}, language=language, how=how)[0]


def record_all(member_id: int, said: dict[str, bool], *, language: str, how: str) -> list[Consent]:
    """Add what a member said to several purposes."""
    texts = _latest_ids() | text_ids()
    rows = [
        Consent(
            member_id=member_id,
            purpose=purpose,
            given=given,
            text_id=texts[purpose],
            language=language,
            at=clock.now(),
            how=how,
        )
        for purpose, given in said.items()
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def record_with(text_id: int, member_id: int, purpose: str, given: bool, *, language: str, how: str) -> None:
    """Add that a member said yes or no to words kept as `text_id`; for purposes whose words are data, as of groups."""
    db.session.add(
        Consent(
            member_id=member_id,
            purpose=purpose,
            given=given,
            text_id=text_id,
            language=language,
            at=clock.now(),
            how=how,
        )
    )
    db.session.flush()


def _latest_ids() -> dict[str, int]:
    """Return purpose -> id of the newest words kept, of groups as well."""
    newest = sa.select(sa.func.max(ConsentText.id)).group_by(ConsentText.purpose)
    rows = db.session.execute(sa.select(ConsentText.purpose, ConsentText.id).where(ConsentText.id.in_(newest)))
    return {purpose: text_id for purpose, text_id in rows}  # noqa: C416  rows are no tuples to mypy


def withdraw(member_id: int, purpose: str, *, language: str, how: str) -> bool:
    """Record a no to `purpose` when the last word was yes; return whether it was."""
    given = db.session.scalar(sa.select(audience.has_consented(member_id, purpose)))
    if given:
        record(member_id, purpose, False, language=language, how=how)
    return bool(given)
