"""Answering: begin, keep a page, be done, take answers back.

These run for every page of everybody who answers, so they are single statements without model objects. To begin and to
keep a page are one statement each, which stands for itself unless the session has begun; the view commits all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core import clock, crypto, ids
from core.database import db, insert_or_ignore
from core.errors import N_, DomainError
from core.prepared import Prepared, together
from panel import bands as panel_bands
from surveys import compiled, links, sealing
from surveys.models import AnswerSession, Fieldwork, Kind, Participation, ParticipationState, Response
from surveys.queries import answering as queries
from surveys.queries.answering import Entry, Place, Visit
from surveys.services import intake


class ClosedError(DomainError):
    words = N_("This survey has closed.")


class VisitOverError(Exception):
    """What somebody had begun is there no more: they have sent it, on this or another device, or it has closed."""


class AnswersMissingError(DomainError):
    """Required questions have no answer; `questions` are their ids."""

    words = N_("Some questions still need an answer.")

    def __init__(self, questions: list[str]) -> None:
        super().__init__()
        self.questions = questions


@dataclass
class Draft:
    """What somebody has answered so far. `at` is the index of the page they have come to."""

    code: str
    answers: dict[str, Any] = field(default_factory=dict)
    #: Only after an open survey: what was said about oneself, and its coarse categories.
    about_you: dict[str, str] = field(default_factory=dict)
    bands: dict[str, Any] = field(default_factory=dict)
    at: int = 0


_session, _participation = AnswerSession.__table__, Participation.__table__
#: The draft as it was read is there still: nobody has to hold a lock on it between reading and writing.
_UNCHANGED = (_session.c.token_hash == sa.bindparam("hash"), _session.c.draft == sa.bindparam("before"))
_INSERT = Prepared(lambda: insert_or_ignore(_session))
_TAKE = Prepared(sa.delete(_session).where(*_UNCHANGED))  # type: ignore[arg-type]  # __table__ is a Table
_SAVE = Prepared(
    sa.update(_session)  # type: ignore[arg-type]  # __table__ is a Table
    .where(*_UNCHANGED)
    .values(draft=sa.bindparam("sealed"), day=sa.bindparam("today"))
)
#: Each time a draft cannot be kept, another page of the same person just has been.
_TRIES = 100
_MARK_DONE = Prepared(
    sa.update(_participation)  # type: ignore[arg-type]  # __table__ is a Table
    .where(_participation.c.token_hash == sa.bindparam("hash"), _participation.c.state != ParticipationState.DONE)
    .values(state=ParticipationState.DONE)
    .returning(_participation.c.member_id)
)


def open_draft(visit: Visit) -> Draft:
    """Return the draft of a visit in clear."""
    return Draft(**sealing.unseal(visit.draft, _place_of(visit.token_hash)))


def _place_of(token_hash: str) -> str:
    return f"answer_session.draft:{token_hash}"


def _seal(token_hash: str, draft: Draft) -> bytes:
    return sealing.seal(vars(draft), _place_of(token_hash))


def forget_drafts(member_id: int) -> None:
    """Delete what somebody began to answer and did not send: it still hangs on who they are."""
    hashes = sa.select(Participation.token_hash).where(Participation.member_id == member_id)
    db.session.execute(
        sa.delete(AnswerSession)
        .where(AnswerSession.token_hash.in_(hashes))
        .execution_options(synchronize_session=False)
    )


def begin(entry: Entry) -> None:
    """Begin the visit of an invited person, or go on with it; raises ClosedError."""
    if entry.place.phase != "open":
        raise ClosedError
    if entry.link_key is None:  # it closed at this very moment, and its links with it
        raise ClosedError
    way = links.with_key(links.open_sealed_key(entry.link_key, entry.seal_id, "link_key"))(entry.member_id)
    _insert(entry.place, entry.token_hash, Draft(way.code), None)


def begin_open(place: Place) -> str:
    """Begin a visit to an open fieldwork and return its token; raises ClosedError."""
    if place.phase != "open" or place.kind != Kind.OPEN:
        raise ClosedError
    token, code = ids.token(), ids.resume_code()
    _insert(place, ids.fingerprint(token), Draft(code), links.code_index(code))
    return token


def _insert(place: Place, token_hash: str, draft: Draft, code_index: str | None) -> None:
    values = {
        "token_hash": token_hash,
        "fieldwork_id": place.id,
        "code_index": code_index,
        "draft": _seal(token_hash, draft),
        "day": clock.today(),
    }
    _INSERT.change(values)


def carry_over(old_hash: str) -> str:
    """Give the visit to an open fieldwork, found by its code, a new token for this device; the old one ends."""
    token = ids.token()
    new_hash = ids.fingerprint(token)
    row = db.session.execute(
        sa.delete(AnswerSession)
        .where(AnswerSession.token_hash == old_hash)
        .returning(AnswerSession.fieldwork_id, AnswerSession.code_index, AnswerSession.draft)
    ).one()
    draft = Draft(**sealing.unseal(row.draft, _place_of(old_hash)))
    db.session.execute(
        sa.insert(AnswerSession).values(
            token_hash=new_hash,
            fieldwork_id=row.fieldwork_id,
            code_index=row.code_index,
            draft=_seal(new_hash, draft),
            day=clock.today(),
        )
    )
    return token


def keep(visit: Visit, change: Callable[[Draft], None]) -> None:
    """Apply `change` to the draft and keep it, on top of what other devices keep at the same moment.

    Raises ClosedError when the time is over, and VisitOverError when there is no draft any more.
    """
    for _ in range(_TRIES):
        if visit.place.phase not in {"open", "grace"}:
            raise ClosedError
        draft = open_draft(visit)
        change(draft)
        sealed = _seal(visit.token_hash, draft)
        values = {"hash": visit.token_hash, "before": visit.draft, "sealed": sealed, "today": clock.today()}
        if _SAVE.change(values):
            return
        visit = _again(visit)
    raise RuntimeError("a draft changes faster than it can be kept")


def _again(visit: Visit) -> Visit:
    found = queries.find_visit(visit.token_hash)
    if found is None:
        raise VisitOverError
    return found


def missing(place: Place, draft: Draft) -> list[str]:
    """Return the ids of required questions without an answer, in order."""
    questions = compiled.get(place.version_id, place.wording_revision).document.questions
    return [q.id for q in questions if q.required and draft.answers.get(q.id) is None]


def submit(visit: Visit, language: str) -> bool:
    """Store the answers and forget the draft, all or nothing; return False when another request has just done so.

    Raises ClosedError and AnswersMissingError.
    """
    # Read before the transaction of its own begins: where it is not kept in memory yet, the session reads it.
    compiled.get(visit.place.version_id, visit.place.wording_revision)
    if visit.place.kind != Kind.ANONYMOUS:
        db.session.connection()  # what follows is part of what the view commits
    with together():
        try:
            draft = _take(visit)
        except VisitOverError:
            return False
        return _store_all(visit, draft, language)


def _store_all(visit: Visit, draft: Draft, language: str) -> bool:
    place = visit.place
    answers = {key: value for key, value in draft.answers.items() if value is not None}
    if place.kind == Kind.OPEN:
        _store(place, answers, draft.bands, language, None)
        return True
    done = _MARK_DONE.first({"hash": visit.token_hash})
    if done is None:
        return False
    member_id = done[0]
    bands = panel_bands.for_member(member_id)
    if place.kind == Kind.ANONYMOUS:
        intake.put(place.id, answers, bands, language)
    else:
        _store(place, answers, bands, language, pseudonym_of(place.id, member_id))
        _thank(place, member_id)
    return True


def _take(visit: Visit) -> Draft:
    """Delete the draft and return what was in it. Whoever does this is the one who submits."""
    for _ in range(_TRIES):
        if visit.place.phase not in {"open", "grace"}:
            raise ClosedError
        draft = open_draft(visit)
        if lacking := missing(visit.place, draft):
            raise AnswersMissingError(lacking)
        if _TAKE.change({"hash": visit.token_hash, "before": visit.draft}):
            return draft
        visit = _again(visit)  # a page was kept on another device since this one was read
    raise RuntimeError("a draft changes faster than it can be taken")


def _store(
    place: Place, answers: Mapping[str, Any], bands: Mapping[str, Any], language: str, pseudonym: str | None
) -> None:
    db.session.execute(
        sa.insert(Response).values(
            id=ids.random_id(),
            fieldwork_id=place.id,
            version_id=place.version_id,
            language=language,
            day=clock.today(),
            answers=answers,
            bands=dict(bands),
            pseudonym=pseudonym,
        )
    )


def _thank(place: Place, member_id: int) -> None:
    from surveys.services import invitations  # it reads wording and engagements, which answering a page does not

    invitations.thank(place.id, [member_id])


def pseudonym_of(fieldwork_id: int, member_id: int) -> str:
    """Return the pseudonym of a member in a confidential fieldwork."""
    fieldwork = db.session.get_one(Fieldwork, fieldwork_id)
    key = links.open_key(fieldwork, "pseudonym_key")
    if key is None:
        raise ValueError("not a confidential fieldwork")
    return crypto.pseudonym(key, member_id)


def has_answers(entry: Entry) -> bool:
    """Return whether the answers of a person in a confidential fieldwork are still there to be taken back."""
    if entry.place.kind != Kind.CONFIDENTIAL:
        return False
    found = sa.select(Response.id).where(
        Response.fieldwork_id == entry.place.id, Response.pseudonym == pseudonym_of(entry.place.id, entry.member_id)
    )
    return db.session.scalar(found) is not None


def withdraw(entry: Entry) -> bool:
    """Delete the answers a person gave in a confidential fieldwork; return whether there were any."""
    if entry.place.kind != Kind.CONFIDENTIAL:
        return False
    gone = db.session.execute(
        sa.delete(Response).where(
            Response.fieldwork_id == entry.place.id,
            Response.pseudonym == pseudonym_of(entry.place.id, entry.member_id),
        )
    )
    return bool(gone.rowcount)  # type: ignore[attr-defined]  # a CursorResult
