"""The life of a fieldwork: planned, released, open, extended, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from core import audit, clock
from core.database import db
from core.errors import N_, DomainError
from engagements import queries as engagements
from engagements.models import Engagement
from panel.services import milestones, signs
from surveys import checklist, links
from surveys.models import AnswerSession, Fieldwork, FieldworkState, Kind, Survey
from surveys.queries import fieldwork as fieldworks
from surveys.queries import participation, versions
from surveys.queries.answering import GRACE
from surveys.services import intake, invitations


class NotADraftError(DomainError):
    words = N_("This has been released, so it cannot be changed any more. Take it back first.")


class FixedOnceOpenError(DomainError):
    words = N_("People may have answered already, so the kind and the questionnaire cannot be changed.")


class WrongStateError(DomainError):
    words = N_("This cannot be done now. Somebody else may have changed it. Look at the page again.")


class TimesError(DomainError):
    words = N_("The closing time must be after the opening time.")
    field = "closes_on"


class PastError(DomainError):
    words = N_("The closing time must be in the future.")
    field = "closes_on"


class LaterOnlyError(DomainError):
    words = N_("Choose a later closing time than the present one.")
    field = "closes_on"


class LanguageError(DomainError):
    words = N_("Choose at least one language that the questionnaire has been published in.")
    field = "languages"


class ReasonNeededError(DomainError):
    words = N_("Give a reason.")
    field = "reason"


class NotReadyError(DomainError):
    """The checklist found something that must be mended, or that needs a reason."""

    words = N_("Some points of the checklist are still open.")


@dataclass(frozen=True)
class Plan:
    """What staff decide about a fieldwork."""

    version_id: int
    kind: Kind
    languages: list[str]
    opens_at: dt.datetime
    closes_at: dt.datetime
    #: {"area_ids": [], "group_ids": [], "languages": []}; empty lists mean everybody.
    audience: dict[str, Any] = field(default_factory=dict)


def create(survey: Survey, plan: Plan) -> Fieldwork:
    """Plan a fieldwork; raises LanguageError and TimesError."""
    engagement = engagements.get_engagement(survey.engagement_id)
    fieldwork = Fieldwork(
        slug=_free_slug(engagement),
        survey_id=survey.id,
        state=FieldworkState.DRAFT,
        created_at=clock.now(),
        **_values(survey.id, plan),
    )
    db.session.add(fieldwork)
    db.session.flush()
    audit.record("fieldwork.created", f"fieldwork:{fieldwork.id}", None, facts(fieldwork))
    return fieldwork


def change(fieldwork: Fieldwork, plan: Plan) -> None:
    """Change a draft; raises NotADraftError, LanguageError and TimesError."""
    if fieldwork.state in {FieldworkState.OPEN, FieldworkState.CLOSED}:
        raise FixedOnceOpenError
    if fieldwork.state != FieldworkState.DRAFT:
        raise NotADraftError
    before = facts(fieldwork)
    for name, value in _values(fieldwork.survey_id, plan).items():
        setattr(fieldwork, name, value)
    db.session.flush()
    audit.record("fieldwork.changed", f"fieldwork:{fieldwork.id}", before, facts(fieldwork))


def _values(survey_id: int, plan: Plan) -> dict[str, Any]:
    version = versions.get_version(plan.version_id)
    if version.survey_id != survey_id:
        raise WrongStateError
    offered = [tag for tag in version.languages if tag in plan.languages]
    if not offered:
        raise LanguageError
    if plan.closes_at <= plan.opens_at:
        raise TimesError
    return {
        "version_id": version.id,
        "kind": Kind(plan.kind),
        "languages": offered,
        "opens_at": plan.opens_at,
        "closes_at": plan.closes_at,
        "audience": {} if plan.kind == Kind.OPEN else plan.audience,
    }


def _free_slug(engagement: Engagement) -> str:
    stem = engagement.slug[:70].rstrip("-")
    taken = set(db.session.scalars(sa.select(Fieldwork.slug).where(Fieldwork.slug.startswith(stem, autoescape=True))))
    number = 1
    while (slug := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return slug


def findings(fieldwork: Fieldwork) -> list[checklist.Finding]:
    """Return what stands against opening `fieldwork` as it is planned."""
    return checklist.check(
        fieldworks.engagement_of(fieldwork),
        versions.get_version(fieldwork.version_id),
        fieldwork.opens_at,
        fieldwork.closes_at,
        fieldwork.kind,
        fieldwork.languages,
    )


def release(fieldwork: Fieldwork, reasons: Mapping[str, str]) -> None:
    """Let a draft open by itself at its time; raises NotReadyError while the checklist has open points.

    `reasons` answer those points of the checklist that a reason can answer, by their key; they are kept.
    """
    if fieldwork.state != FieldworkState.DRAFT:
        raise WrongStateError
    if fieldwork.closes_at <= clock.now():
        raise PastError
    fieldwork.reasons = {code: reason.strip() for code, reason in reasons.items() if reason and reason.strip()}
    if checklist.unsettled(findings(fieldwork), fieldwork.reasons):
        raise NotReadyError
    fieldwork.link_key = links.seal_key(fieldwork, "link_key", links.new_key())
    if fieldwork.kind == Kind.CONFIDENTIAL:
        fieldwork.pseudonym_key = links.seal_key(fieldwork, "pseudonym_key", links.new_key())
    _go_to(fieldwork, FieldworkState.SCHEDULED, "fieldwork.released")


def take_back(fieldwork: Fieldwork) -> None:
    """Make a released fieldwork that has not opened yet a draft again."""
    if fieldwork.state != FieldworkState.SCHEDULED or fieldwork.opens_at <= clock.now():
        raise WrongStateError
    fieldwork.link_key = fieldwork.pseudonym_key = None
    _go_to(fieldwork, FieldworkState.DRAFT, "fieldwork.taken_back")


def open_one(fieldwork: Fieldwork) -> None:
    """Open a released fieldwork whose time has come, and begin to invite."""
    if fieldwork.state != FieldworkState.SCHEDULED or fieldwork.opens_at > clock.now():
        raise WrongStateError
    fieldwork.inviting = fieldwork.kind != Kind.OPEN
    _go_to(fieldwork, FieldworkState.OPEN, "fieldwork.opened")


def extend(fieldwork: Fieldwork, closes_at: dt.datetime, reason: str) -> None:
    """Let an open fieldwork close later; the reason is kept in the record of changes."""
    if fieldwork.state not in {FieldworkState.OPEN, FieldworkState.SCHEDULED}:
        raise WrongStateError
    if closes_at <= fieldwork.closes_at:
        raise LaterOnlyError
    if closes_at <= clock.now():
        raise PastError
    if not reason.strip():
        raise ReasonNeededError
    before = fieldwork.closes_at
    fieldwork.closes_at = closes_at
    db.session.flush()
    audit.record(
        "fieldwork.extended",
        f"fieldwork:{fieldwork.id}",
        {"closes_at": before.isoformat()},
        {"closes_at": closes_at.isoformat(), "reason": reason.strip()},
    )


def close_early(fieldwork: Fieldwork, reason: str) -> None:
    """Let nobody begin any more; who is answering has the usual time to finish."""
    now = clock.now()
    if fieldwork.state != FieldworkState.OPEN or fieldwork.closes_at <= now:
        raise WrongStateError
    if not reason.strip():
        raise ReasonNeededError
    before = fieldwork.closes_at
    fieldwork.closes_at = max(now, fieldwork.opens_at + dt.timedelta(seconds=1))
    db.session.flush()
    audit.record(
        "fieldwork.closed_early",
        f"fieldwork:{fieldwork.id}",
        {"closes_at": before.isoformat()},
        {"closes_at": fieldwork.closes_at.isoformat(), "reason": reason.strip()},
    )


def close(fieldwork: Fieldwork) -> None:
    """Close for good when the time to finish is over: forget drafts and links, give answers their last form."""
    if fieldwork.state != FieldworkState.OPEN or fieldwork.closes_at + GRACE > clock.now():
        raise WrongStateError
    fieldwork.closed_at = fieldwork.closes_at
    fieldwork.inviting = fieldwork.reminding = False
    db.session.execute(sa.delete(AnswerSession).where(AnswerSession.fieldwork_id == fieldwork.id))
    fieldwork.link_key = None
    _go_to(fieldwork, FieldworkState.CLOSED, "fieldwork.closed")
    note_sign_of_life(fieldwork)
    if fieldwork.kind == Kind.ANONYMOUS:
        intake.finish(fieldwork)
        invitations.thank_everybody(fieldwork)


def note_sign_of_life(fieldwork: Fieldwork) -> None:
    """Note with the panel who took part, for everybody at once and under the day of closing: never when they did."""
    done = participation.members_of(fieldwork.id, done=True)
    day = (fieldwork.closed_at or fieldwork.closes_at).astimezone(clock.zone()).date()
    signs.note_seen_all(done, day)
    for times, key in ((1, "first_answer"), (10, "tenth_answer")):
        milestones.reach(participation.done_times(fieldwork.id, times), key, day)


def invite_again(fieldwork: Fieldwork) -> None:
    """Invite those of the audience who have joined since the invitations went out."""
    if fieldwork.state != FieldworkState.OPEN or fieldwork.kind == Kind.OPEN or fieldwork.inviting:
        raise WrongStateError
    fieldwork.inviting = True
    fieldwork.invited_through, fieldwork.invite_from = 0, None
    db.session.flush()
    audit.record("fieldwork.inviting_again", f"fieldwork:{fieldwork.id}")


def remind(fieldwork: Fieldwork) -> None:
    """Write again to everybody who is not done."""
    if fieldwork.state != FieldworkState.OPEN or fieldwork.kind == Kind.OPEN or fieldwork.reminding:
        raise WrongStateError
    if fieldwork.closes_at <= clock.now():
        raise WrongStateError
    fieldwork.remind_asked_at = clock.now()
    fieldwork.reminding = True
    db.session.flush()
    audit.record("fieldwork.reminding", f"fieldwork:{fieldwork.id}")


def _go_to(fieldwork: Fieldwork, state: FieldworkState, action: str) -> None:
    before = fieldwork.state
    fieldwork.state = state
    db.session.flush()
    audit.record(action, f"fieldwork:{fieldwork.id}", {"state": before}, facts(fieldwork))


def facts(fieldwork: Fieldwork) -> dict[str, Any]:
    """Return what the record of changes keeps of a fieldwork."""
    return {
        "state": str(fieldwork.state),
        "kind": str(fieldwork.kind),
        "version_id": fieldwork.version_id,
        "languages": fieldwork.languages,
        "opens_at": fieldwork.opens_at.isoformat(),
        "closes_at": fieldwork.closes_at.isoformat(),
        "audience": fieldwork.audience,
        "reasons": fieldwork.reasons,
    }
