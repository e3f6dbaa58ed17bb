"""Questions on attitudes: write them, word them in each language, put them to people, retire them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa

from core import audit, clock
from core.database import db, lock_name
from core.errors import N_, DomainError, NotFoundError
from panel.models import AttitudeQuestion, AttitudeState


class AlreadyAskedError(DomainError):
    words = N_("People have been asked this question. Its answers can be worded better, but there must be as many.")


class WrongAttitudeStateError(DomainError):
    words = N_("This cannot be done with the question as it is now.")


def list_questions() -> list[AttitudeQuestion]:
    """Return all questions, the oldest first."""
    return list(db.session.scalars(sa.select(AttitudeQuestion).order_by(AttitudeQuestion.id)))


def get_question(question_id: int) -> AttitudeQuestion:
    """Return a question. Raises NotFoundError."""
    found = db.session.get(AttitudeQuestion, question_id)
    if found is None:
        raise NotFoundError
    return found


def add(question: str, options: Sequence[str], *, at_joining: bool) -> AttitudeQuestion:
    """Return a new question in English, a draft until it is asked."""
    lock_name("panel.attitudes")
    plain = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:30] or "question"
    taken = set(db.session.scalars(sa.select(AttitudeQuestion.key)))
    key = next(k for k in (plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))) if k not in taken)
    keys = [str(number) for number in range(1, len(options) + 1)]
    made = AttitudeQuestion(
        key=key,
        state=AttitudeState.DRAFT,
        at_joining=at_joining,
        options=keys,
        wording={"en": {"question": question, "options": dict(zip(keys, options, strict=True))}},
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    audit.record("attitude.added", f"attitude_question:{made.id}", after={"key": key, "at_joining": at_joining})
    return made


def word(made: AttitudeQuestion, tag: str, question: str, options: Sequence[str]) -> None:
    """Word a question in a language. Raises AlreadyAskedError for another number of answers once it was asked."""
    if len(options) != len(made.options):
        if made.state != AttitudeState.DRAFT or tag != "en":
            raise AlreadyAskedError(field="options")
        made.options = [str(number) for number in range(1, len(options) + 1)]
        made.wording = {}  # translations had another number of answers
    words = {"question": question, "options": dict(zip(made.options, options, strict=True))}
    made.wording = {**made.wording, tag: words}
    audit.record("attitude.worded", f"attitude_question:{made.id}", after={"language": tag})
    db.session.flush()


_MOVES = {
    AttitudeState.ASKED: {AttitudeState.DRAFT, AttitudeState.RETIRED},
    AttitudeState.RETIRED: {AttitudeState.ASKED},
}


def move(made: AttitudeQuestion, state: AttitudeState) -> None:
    """Ask a question or retire it; answers given are kept and compared. Raises WrongAttitudeStateError."""
    if made.state not in _MOVES.get(state, set()):
        raise WrongAttitudeStateError
    before, made.state = made.state, state
    audit.record("attitude.moved", f"attitude_question:{made.id}", {"state": before}, {"state": state})
    db.session.flush()
