"""What of this room is sealed or kept as a keyed index, for the rotation of keys."""

from __future__ import annotations

import json

import sqlalchemy as sa

from core import sealed
from core.database import db
from surveys import links
from surveys.models import AnswerSession, Fieldwork, Participation, Response, ResponseIntake

_BATCH = 1000


def register() -> None:
    """Register it."""
    sealed.register(Fieldwork, "pseudonym_key", Fieldwork.seal_id)
    sealed.register(Fieldwork, "link_key", Fieldwork.seal_id)
    sealed.register(
        AnswerSession,
        "draft",
        AnswerSession.token_hash,
        index_column="code_index",
        index_of=lambda text: links.code_index(json.loads(text)["code"]),
    )
    sealed.register(ResponseIntake, "payload", ResponseIntake.id)
    sealed.register(Response, "sealed_bands", Response.id)
    sealed.register_rekey("participation.code_index", lambda: [renew_codes()])


def renew_codes() -> int:
    """Make the codes people hold found under the present key again; return how many were renewed.

    They are computed once more from the key of each fieldwork, which is destroyed when it closes: then they are of no
    use anyway.
    """
    renewed = 0
    for fieldwork in db.session.scalars(sa.select(Fieldwork).where(Fieldwork.link_key.is_not(None))).all():
        way_of, last = links.maker(fieldwork), 0
        while True:
            query = sa.select(Participation.id, Participation.member_id, Participation.code_index).where(
                Participation.fieldwork_id == fieldwork.id, Participation.id > last
            )
            rows = db.session.execute(query.order_by(Participation.id).limit(_BATCH)).all()
            if not rows:
                break
            last = rows[-1].id
            codes = {row.id: way_of(row.member_id).code_index for row in rows}
            changed = [{"id": r.id, "code_index": codes[r.id]} for r in rows if r.code_index != codes[r.id]]
            if changed:
                db.session.execute(sa.update(Participation), changed)
            renewed += len(changed)
    return renewed
