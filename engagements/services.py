"""The rules of engagements: making, changing, opening, closing and putting away; they flush and never commit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import flag_modified

from core import audit, clock
from core.database import db, lock_name
from core.errors import N_, DomainError
from engagements import wording
from engagements.models import Engagement, EngagementArea, EngagementState, PreElectionPeriod
from engagements.subjects import SUBJECTS
from i18n import languages

#: Given an engagement, return why it may not be closed or archived yet, or None.
Check = Callable[[Engagement], DomainError | None]

_archive_checks: list[Check] = []
_close_checks: list[Check] = []


class WrongStateError(DomainError):
    words = N_("This is not possible at this stage.")


class NotPlannedError(DomainError):
    words = N_("Some things are still missing. Fill in everything marked “Not done yet” first.")


class EndsBeforeStartError(DomainError):
    words = N_("The end must be on or after the start.")
    field = "ends_on"


class ChangedMeanwhileError(DomainError):
    """Somebody else changed this page of the plan after it was opened."""

    words = N_("Somebody else has changed this page since you opened it. Nothing of yours is saved yet.")


class UnknownSubjectError(DomainError):
    words = N_("Choose subjects from the list.")
    field = "subjects"


def add_archive_check(check: Check) -> None:
    """Ask `check` before an engagement is archived; the rooms above connect theirs when they start."""
    if check not in _archive_checks:
        _archive_checks.append(check)


def add_close_check(check: Check) -> None:
    """Ask `check` before an engagement is closed."""
    if check not in _close_checks:
        _close_checks.append(check)


def create_engagement(title: str, owner_id: int | None = None) -> Engagement:
    """Make a draft with a public address of its own."""
    engagement = Engagement(
        slug=_free_slug(title),
        state=EngagementState.DRAFT,
        words={languages.SOURCE.tag: {"title": title}},
        word_sources={},
        owner_id=owner_id,
        created_at=clock.now(),
    )
    db.session.add(engagement)
    db.session.flush()
    audit.record("engagement.created", f"engagement:{engagement.id}", after={"slug": engagement.slug})
    return engagement


def _free_slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-") or "engagement"
    lock_name("engagement.slug")
    similar = sa.select(Engagement.slug).where(sa.or_(Engagement.slug == base, Engagement.slug.like(f"{base}-%")))
    taken = set(db.session.scalars(similar))
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug


def hold(engagement: Engagement) -> None:
    """Read the engagement anew and let nobody else change it before the transaction ends."""
    lock_name(f"engagement:{engagement.id}")
    db.session.refresh(engagement, with_for_update=True)


#: Columns that a plan's pages may change.
_COLUMNS = (
    "level",
    "subjects",
    "contact_name",
    "contact_email",
    "contact_phone",
    "owner_id",
    "starts_on",
    "ends_on",
    "decision_on",
    "formal",
)


def change_plan(engagement: Engagement, **values: Any) -> None:
    """Set columns of the plan; raises EndsBeforeStartError, UnknownSubjectError, WrongStateError."""
    _refuse_archived(engagement)
    unknown = set(values) - set(_COLUMNS)
    if unknown:
        raise TypeError(f"no part of the plan: {sorted(unknown)}")
    starts_on = values.get("starts_on", engagement.starts_on)
    ends_on = values.get("ends_on", engagement.ends_on)
    if starts_on and ends_on and ends_on < starts_on:
        raise EndsBeforeStartError
    if not set(values.get("subjects", ())) <= set(SUBJECTS):
        raise UnknownSubjectError
    before = {key: getattr(engagement, key) for key in values}
    changed = {key: value for key, value in values.items() if before[key] != value}
    if not changed:
        return
    for key, value in changed.items():
        setattr(engagement, key, value)
    db.session.flush()
    # The record holds no names and addresses: only that the contact changed.
    before = {key: "" if key.startswith("contact_") else before[key] for key in changed}
    after = {key: "changed" if key.startswith("contact_") else value for key, value in changed.items()}
    audit.record("engagement.changed", f"engagement:{engagement.id}", before, after)


def change_words(
    engagement: Engagement, tag: str, texts: dict[str, str], translated_from: dict[str, str] | None = None
) -> None:
    """Set parts in language `tag`. No part is lost: one emptied in the source keeps its translations.

    `translated_from` gives, for each part, the hash of the source text the translator saw; without it the present one
    is meant.
    """
    _refuse_archived(engagement)
    own = engagement.words.get(tag, {})
    source = engagement.words.get(languages.SOURCE.tag, {})
    changed = {key: text for key, text in texts.items() if key in wording.PARTS and own.get(key, "") != text}
    engagement.words = {**engagement.words, tag: {**own, **changed}}
    if tag != languages.SOURCE.tag:
        hashes = dict(engagement.word_sources.get(tag, {}))
        for key in texts:
            seen = (translated_from or {}).get(key) or wording.source_hash(source.get(key, ""))
            if key in changed or (translated_from and key in translated_from):
                hashes[key] = seen
        engagement.word_sources = {**engagement.word_sources, tag: hashes}
    flag_modified(engagement, "words")
    db.session.flush()
    if changed:
        audit.record(
            "engagement.worded",
            f"engagement:{engagement.id}",
            {"language": tag, "words": {key: own.get(key, "") for key in changed}},
            {"language": tag, "words": changed},
        )


def set_areas(engagement: Engagement, area_ids: Iterable[int]) -> None:
    """Make the engagement one about exactly these areas."""
    _refuse_archived(engagement)
    mine = EngagementArea.engagement_id == engagement.id
    before = sorted(db.session.scalars(sa.select(EngagementArea.area_id).where(mine)))
    after = sorted(set(area_ids))
    if before == after:
        return
    db.session.execute(sa.delete(EngagementArea).where(mine))
    db.session.add_all([EngagementArea(engagement_id=engagement.id, area_id=area_id) for area_id in after])
    db.session.flush()
    audit.record("engagement.areas_set", f"engagement:{engagement.id}", {"areas": before}, {"areas": after})


def missing_from_plan(engagement: Engagement) -> list[str]:
    """Return the keys of what a survey's first page would lack: parts of the wording, `contact`, `dates`, `areas`."""
    missing = [part.key for part in wording.missing_needed(engagement)]
    if not (engagement.contact_name and (engagement.contact_email or engagement.contact_phone)):
        missing.append("contact")
    if not (engagement.starts_on and engagement.ends_on):
        missing.append("dates")
    areas = sa.select(EngagementArea.area_id).where(EngagementArea.engagement_id == engagement.id).limit(1)
    if db.session.scalar(areas) is None:
        missing.append("areas")
    return missing


def open_engagement(engagement: Engagement) -> None:
    """Say that the work has begun; does nothing when it has. Raises NotPlannedError, WrongStateError."""
    if engagement.state == EngagementState.OPEN:
        return
    if engagement.state == EngagementState.ARCHIVED:
        raise WrongStateError
    if missing_from_plan(engagement):
        raise NotPlannedError
    _move(engagement, EngagementState.OPEN)
    engagement.closed_at = None


def close_engagement(engagement: Engagement) -> None:
    """Say that nothing more is asked. Raises WrongStateError, or what a close check found."""
    if engagement.state != EngagementState.OPEN:
        raise WrongStateError
    _ask(_close_checks, engagement)
    _move(engagement, EngagementState.CLOSED)
    engagement.closed_at = clock.now()


def archive(engagement: Engagement) -> None:
    """Put a closed engagement away. Raises WrongStateError, or what a check found: its loop may still be open."""
    if engagement.state != EngagementState.CLOSED:
        raise WrongStateError
    _ask(_archive_checks, engagement)
    _move(engagement, EngagementState.ARCHIVED)
    engagement.archived_at = clock.now()


def take_out_of_archive(engagement: Engagement) -> None:
    """Make an archived engagement a closed one again."""
    if engagement.state != EngagementState.ARCHIVED:
        raise WrongStateError
    _move(engagement, EngagementState.CLOSED)
    engagement.archived_at = None


def why_not_archive(engagement: Engagement) -> list[DomainError]:
    """Return everything that stands against archiving."""
    return [problem for check in _archive_checks if (problem := check(engagement))]


def _ask(checks: list[Check], engagement: Engagement) -> None:
    for check in checks:
        problem = check(engagement)
        if problem is not None:
            raise problem


def _move(engagement: Engagement, state: EngagementState) -> None:
    before, engagement.state = engagement.state, state
    db.session.flush()
    audit.record(f"engagement.{state.value}", f"engagement:{engagement.id}", {"state": before}, {"state": state.value})


def _refuse_archived(engagement: Engagement) -> None:
    if engagement.state == EngagementState.ARCHIVED:
        raise WrongStateError


def save_pre_election_period(period: PreElectionPeriod | None, **values: Any) -> PreElectionPeriod:
    """Declare a period, or change one; raises EndsBeforeStartError."""
    if values["ends_on"] < values["starts_on"]:
        raise EndsBeforeStartError
    before = None if period is None else _period_facts(period)
    if period is None:
        period = PreElectionPeriod(**values)
        db.session.add(period)
    else:
        for key, value in values.items():
            setattr(period, key, value)
    db.session.flush()
    action = "pre_election_period.changed" if before else "pre_election_period.declared"
    audit.record(action, f"pre_election_period:{period.id}", before, _period_facts(period))
    return period


def delete_pre_election_period(period: PreElectionPeriod) -> None:
    """Take a period back."""
    audit.record("pre_election_period.deleted", f"pre_election_period:{period.id}", before=_period_facts(period))
    db.session.delete(period)
    db.session.flush()


def _period_facts(period: PreElectionPeriod) -> dict[str, Any]:
    return {"name": period.name, "starts_on": period.starts_on, "ends_on": period.ends_on}
