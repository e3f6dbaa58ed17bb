"""Writing outcomes, translating them, and getting them ready to be published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.database import db
from feedback import errors, wording
from feedback.models import Answer, Outcome, OutcomeArea, OutcomeState, OutcomeSubject
from i18n import languages
from i18n.languages import SOURCE


@dataclass(frozen=True)
class Content:
    """What an editor fills in about an outcome, in the source language."""

    answer: str
    heard: str = ""
    response: str = ""
    why: str = ""
    said_by: int | None = None
    out_of: int | None = None
    evidence: str = ""
    owner_id: int | None = None
    due_on: dt.date | None = None
    do_by: dt.date | None = None
    subjects: Sequence[str] = field(default_factory=tuple)
    area_ids: Sequence[int] = field(default_factory=tuple)


def create_outcome(engagement_id: int, content: Content) -> Outcome:
    """Add a draft outcome to an engagement."""
    last = db.session.scalar(sa.select(sa.func.max(Outcome.position)).where(Outcome.engagement_id == engagement_id))
    outcome = Outcome(
        engagement_id=engagement_id, position=(last or 0) + 1, answer=content.answer, created_at=clock.now(), words={}
    )
    db.session.add(outcome)
    _fill(outcome, content)
    audit.record("outcome.created", f"outcome:{outcome.id}", None, _facts(outcome))
    return outcome


def revise_outcome(outcome: Outcome, content: Content, revision: int) -> None:
    """Change an outcome that is not public. One that was ready becomes a draft again, to be looked at once more."""
    _refuse_published(outcome)
    if revision != outcome.revision:
        raise errors.ChangedMeanwhileError
    before = _facts(outcome)
    outcome.state = OutcomeState.DRAFT
    outcome.revision += 1
    _fill(outcome, content)
    audit.record("outcome.revised", f"outcome:{outcome.id}", before, _facts(outcome))


def _fill(outcome: Outcome, content: Content) -> None:
    texts = {"heard": content.heard, "response": content.response, "why": content.why}
    outcome.words = wording.with_texts(outcome.words, SOURCE.tag, texts)
    outcome.answer = content.answer
    outcome.said_by, outcome.out_of = content.said_by, content.out_of
    outcome.evidence = content.evidence
    outcome.owner_id, outcome.due_on = content.owner_id, content.due_on
    outcome.do_by = content.do_by if content.answer == Answer.WILL_DO else None
    db.session.flush()
    db.session.execute(sa.delete(OutcomeSubject).where(OutcomeSubject.outcome_id == outcome.id))
    db.session.execute(sa.delete(OutcomeArea).where(OutcomeArea.outcome_id == outcome.id))
    db.session.add_all(OutcomeSubject(outcome_id=outcome.id, subject=key) for key in dict.fromkeys(content.subjects))
    db.session.add_all(OutcomeArea(outcome_id=outcome.id, area_id=area) for area in dict.fromkeys(content.area_ids))
    db.session.flush()


def _facts(outcome: Outcome) -> dict[str, Any]:
    """Return what the record of changes keeps of an outcome: it is written for the public, so its words may stay."""
    return {
        "state": outcome.state,
        "answer": outcome.answer,
        "words": outcome.words,
        "incomplete": outcome.incomplete,
        "owner": outcome.owner_id,
        "due_on": outcome.due_on,
        "do_by": outcome.do_by,
        "said_by": outcome.said_by,
        "out_of": outcome.out_of,
    }


def _refuse_published(outcome: Outcome) -> None:
    if outcome.state == OutcomeState.PUBLISHED:
        raise errors.PublishedError


def hold(outcome: Outcome) -> None:
    """Read the outcome anew and let nobody else change it before the transaction ends."""
    db.session.refresh(outcome, with_for_update=True)


def translate_outcome(outcome: Outcome, tag: str, texts: Mapping[str, str], seen: str = "") -> None:
    """Write the texts of one language other than the source's; an empty one leaves what is there.

    A public outcome takes a language that it does not have yet; what people were told is not rewritten. `seen` is the
    fingerprint of the source the translator saw: when that has changed since, the translation counts as out of date.
    The revision is not raised, because a translator changes nothing an editor writes.
    """
    if tag == SOURCE.tag or tag not in languages.BY_TAG:
        raise errors.OutcomeNotFoundError
    if outcome.state == OutcomeState.PUBLISHED and not wording.missing(outcome, tag):
        raise errors.PublishedError
    before = outcome.words.get(tag)
    kept = {part: texts.get(part) or (before or {}).get(part, "") for part in wording.PARTS}
    outcome.words = wording.with_texts(outcome.words, tag, kept, seen)
    if not wording.lacking(outcome, [tag]):
        outcome.incomplete = {key: reason for key, reason in outcome.incomplete.items() if key != tag}
    db.session.flush()
    audit.record("outcome.translated", f"outcome:{outcome.id}", {tag: before}, {tag: outcome.words[tag]})


def mark_ready(outcome: Outcome, tags: Sequence[str], reasons: dict[str, str]) -> None:
    """Say that an outcome may be published with the next telling.

    `tags` are the languages people could answer in; each must be complete, or `reasons` says why not.
    Raises a NotReadyError.
    """
    _refuse_published(outcome)
    if wording.missing(outcome, SOURCE.tag):
        raise errors.NoTextError
    if outcome.owner_id is None:
        raise errors.NoOwnerError
    if outcome.due_on is None:
        raise errors.NoDueDateError
    if outcome.answer == Answer.WILL_DO and outcome.do_by is None:
        raise errors.NoDoByError
    given = {tag: reasons[tag] for tag in wording.lacking(outcome, tags) if reasons.get(tag)}
    unexplained = [tag for tag in wording.lacking(outcome, tags) if tag not in given]
    if unexplained:
        names = [languages.get(tag).name for tag in unexplained]
        raise errors.LanguagesMissingError(languages=names, field=f"reason-{unexplained[0]}")
    before = {"state": outcome.state}
    outcome.state, outcome.incomplete = OutcomeState.READY, given
    outcome.revision += 1
    db.session.flush()
    audit.record("outcome.ready", f"outcome:{outcome.id}", before, {"state": outcome.state, "incomplete": given})


def back_to_draft(outcome: Outcome) -> None:
    """Take back that an outcome is ready."""
    _refuse_published(outcome)
    outcome.state = OutcomeState.DRAFT
    db.session.flush()
    audit.record("outcome.unready", f"outcome:{outcome.id}", {"state": "ready"}, {"state": "draft"})


def delete_outcome(outcome: Outcome) -> None:
    """Delete an outcome nobody has been told of."""
    _refuse_published(outcome)
    audit.record("outcome.deleted", f"outcome:{outcome.id}", _facts(outcome), None)
    db.session.execute(sa.delete(OutcomeSubject).where(OutcomeSubject.outcome_id == outcome.id))
    db.session.execute(sa.delete(OutcomeArea).where(OutcomeArea.outcome_id == outcome.id))
    db.session.delete(outcome)
    db.session.flush()


def move_outcome(outcome: Outcome, step: int) -> None:
    """Change places with the outcome before (-1) or after (+1) it."""
    order = list(
        db.session.scalars(
            sa.select(Outcome)
            .where(Outcome.engagement_id == outcome.engagement_id)
            .order_by(Outcome.position, Outcome.id)
        )
    )
    here = order.index(outcome)
    there = here + step
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
        for position, each in enumerate(order, start=1):
            each.position = position
        db.session.flush()
        audit.record("outcome.moved", f"outcome:{outcome.id}", {"position": here + 1}, {"position": there + 1})


def follow_up(outcome: Outcome) -> Outcome:
    """Start the outcome that says what became of a promise: a draft with the same words to begin from."""
    taken = db.session.scalar(sa.select(Outcome.id).where(Outcome.follows_id == outcome.id))
    if outcome.state != OutcomeState.PUBLISHED or outcome.answer != Answer.WILL_DO or taken:
        raise errors.NotAPromiseError
    source = outcome.words.get(SOURCE.tag, {})
    subjects = db.session.scalars(sa.select(OutcomeSubject.subject).where(OutcomeSubject.outcome_id == outcome.id))
    areas = db.session.scalars(sa.select(OutcomeArea.area_id).where(OutcomeArea.outcome_id == outcome.id))
    content = Content(
        answer=Answer.DID,
        heard=source.get("heard", ""),
        response=source.get("response", ""),
        said_by=outcome.said_by,
        out_of=outcome.out_of,
        owner_id=outcome.owner_id,
        due_on=clock.today() + dt.timedelta(days=30),
        subjects=list(subjects),
        area_ids=list(areas),
    )
    following = create_outcome(outcome.engagement_id, content)
    following.follows_id = outcome.id
    db.session.flush()
    return following
