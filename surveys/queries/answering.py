"""What answering reads: one small statement a page, prepared once, without building model objects."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from core.prepared import Prepared
from engagements.models import Engagement
from engagements.queries import BRIEFING, Briefing
from surveys import links
from surveys.models import AnswerSession, Fieldwork, FieldworkState, Kind, Participation, Survey, SurveyVersion

# Tables, not models, and the connection, not the session: building objects costs more than the query.

#: Who is answering when the survey closes has this long to finish.
GRACE = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Place:
    """The fieldwork somebody has come to."""

    id: int
    slug: str
    kind: str
    state: str
    languages: list[str]
    opens_at: dt.datetime
    closes_at: dt.datetime
    survey_id: int
    version_id: int
    audience: dict[str, Any]
    wording_revision: int

    @property
    def phase(self) -> str:
        """`early`, `open`, `grace` or `closed`, by the clock: the worker may be a moment late."""
        now = clock.now()
        if self.state == FieldworkState.DRAFT or now < self.opens_at:
            return "early"
        if self.state == FieldworkState.CLOSED or now >= self.last_moment:
            return "closed"
        return "open" if now < self.closes_at else "grace"

    @property
    def last_moment(self) -> dt.datetime:
        """Until when those who have begun can finish."""
        return self.closes_at + GRACE

    @property
    def is_drawn(self) -> bool:
        """Whether a lottery found the people it asks."""
        return bool(self.audience.get("draw_ids"))

    @property
    def is_open_to_all(self) -> bool:
        return self.kind == Kind.OPEN


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody's way in: their place, and whether they are done. `member_id` stays inside this package."""

    place: Place
    state: str
    member_id: int
    token_hash: str
    #: What they have begun, sealed; None before they begin and once they are done.
    draft: bytes | None
    #: With these the code to go on with is made. None when the links have been destroyed.
    link_key: bytes | None
    seal_id: str

    @property
    def visit(self) -> Visit | None:
        """The visit they have begun."""
        return None if self.draft is None else Visit(self.place, self.token_hash, self.draft)


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who has begun: their place and the sealed draft."""

    place: Place
    token_hash: str
    draft: bytes


_fieldwork, _version = Fieldwork.__table__, SurveyVersion.__table__
_session, _participation = AnswerSession.__table__, Participation.__table__
_PLACE = (
    *(_fieldwork.c[name] for name in ("id", "slug", "kind", "state", "languages", "opens_at", "closes_at")),
    _fieldwork.c.survey_id,
    _fieldwork.c.version_id,
    _fieldwork.c.audience,
    _version.c.wording_revision,
)
_SIZE = len(_PLACE)
_joined = sa.join(_fieldwork, _version, _version.c.id == _fieldwork.c.version_id)
_VISIT = Prepared(
    sa.select(*_PLACE, _session.c.draft)
    .select_from(_joined.join(_session, _session.c.fieldwork_id == _fieldwork.c.id))
    .where(_session.c.token_hash == sa.bindparam("token_hash"))
)
_ENTRY = sa.select(
    *_PLACE,
    *(_participation.c[name] for name in ("state", "member_id", "token_hash")),
    _session.c.draft,
    *(_fieldwork.c[name] for name in ("link_key", "seal_id")),
).select_from(
    _joined.join(_participation, _participation.c.fieldwork_id == _fieldwork.c.id).outerjoin(
        _session, _session.c.token_hash == _participation.c.token_hash
    )
)
_ENTRY_BY_TOKEN = Prepared(_ENTRY.where(_participation.c.token_hash == sa.bindparam("token_hash")))
_survey = Survey.__table__
_BRIEFING = Prepared(
    BRIEFING.join(_survey, _survey.c.engagement_id == Engagement.id).where(_survey.c.id == sa.bindparam("survey_id"))
)
_BY_SLUG = Prepared(sa.select(*_PLACE).select_from(_joined).where(_fieldwork.c.slug == sa.bindparam("slug")))


def find_visit(token_hash: str) -> Visit | None:
    """Return the visit of a token, None when it has not begun, or is done."""
    row = _VISIT.first({"token_hash": token_hash})
    return None if row is None else Visit(Place(*row[:_SIZE]), token_hash, row[_SIZE])


def find_entry(token_hash: str) -> Entry | None:
    """Return the way in of an invited person by the fingerprint of their link."""
    return _entry(_ENTRY_BY_TOKEN.first({"token_hash": token_hash}))


def find_entry_by_code(typed: str) -> Entry | None:
    """Return the way in of an invited person by the code they typed."""
    found = _ENTRY.where(_participation.c.code_index.in_(links.code_indexes(typed)))
    return _entry(db.session.connection().execute(found).first())


def _entry(row: Any) -> Entry | None:
    return None if row is None else Entry(Place(*row[:_SIZE]), *row[_SIZE:])


def find_place(slug: str) -> Place | None:
    """Return the fieldwork with this address."""
    row: Any = _BY_SLUG.first({"slug": slug})
    return None if row is None else Place(*row)


def briefing_of(survey_id: int) -> Briefing:
    """Return what people are told of the engagement a survey belongs to; raises NotFoundError."""
    row: Any = _BRIEFING.first({"survey_id": survey_id})
    if row is None:
        raise NotFoundError
    return Briefing(*row)


def find_open_token(typed: str) -> tuple[str, str] | None:
    """Return the token hash and the slug of a visit to an open fieldwork by the code somebody typed."""
    row = db.session.execute(
        sa.select(AnswerSession.token_hash, Fieldwork.slug)
        .join(Fieldwork, Fieldwork.id == AnswerSession.fieldwork_id)
        .where(AnswerSession.code_index.in_(links.code_indexes(typed)))
    ).first()
    return None if row is None else (row[0], row[1])
