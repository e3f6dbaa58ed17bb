"""What is looked at before fieldwork may open: what must be mended, and what needs a reason that is kept and shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import clock
from core.errors import N_
from engagements import queries as engagement_queries
from engagements import wording as engagement_wording
from engagements.models import Engagement, EngagementState
from i18n import languages
from surveys.models import Kind, SurveyVersion

#: Insight, Co-production and Engagement Guide: at least 30 days for a survey, three months for a formal consultation.
DAYS = 30
DAYS_FORMAL = 84

MUST = "must"
REASON = "reason"


@dataclass(frozen=True)
class Finding:
    """One thing found. `severity` is MUST, or REASON when a recorded reason (kept under `code`) settles it."""

    code: str
    words: str
    severity: str = MUST
    params: Mapping[str, Any] = field(default_factory=dict)


def check(
    engagement: Engagement,
    version: SurveyVersion,
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    kind: str,
    tags: Iterable[str],
) -> list[Finding]:
    """Return what stands against opening `version` from `opens_at` to `closes_at` in the languages `tags`."""
    return [
        *_times(engagement, opens_at, closes_at),
        *_plan(engagement),
        *_languages(engagement, version, list(tags)),
        *_kind(kind),
    ]


def unsettled(findings: Iterable[Finding], reasons: Mapping[str, str]) -> list[Finding]:
    """Return the findings that still stand once `reasons`, by code, are taken into account."""
    return [f for f in findings if f.severity == MUST or not str(reasons.get(f.code, "")).strip()]


def days_open(opens_at: dt.datetime, closes_at: dt.datetime) -> int:
    """Return for how many whole days answers are taken, as people here count days."""
    zone = clock.zone()
    # On the wall clock: the night the clocks change makes no day shorter.
    opens, closes = (moment.astimezone(zone).replace(tzinfo=None) for moment in (opens_at, closes_at))
    return (closes - opens).days


def _times(engagement: Engagement, opens_at: dt.datetime, closes_at: dt.datetime) -> list[Finding]:
    if closes_at <= opens_at:
        return [Finding("times", N_("It would close before it opens. Choose a later closing time."))]
    found = []
    if closes_at <= clock.now():
        found.append(Finding("past", N_("The closing time has passed. Choose a later one.")))
    days, least = days_open(opens_at, closes_at), DAYS_FORMAL if engagement.formal else DAYS
    if days < least:
        if engagement.formal:
            words = N_("A formal consultation stays open for at least %(least)s days. Days this one is open: %(days)s.")
        else:
            words = N_("A survey stays open for at least %(least)s days. Days this one is open: %(days)s.")
        found.append(Finding("short", words, REASON, {"least": least, "days": days}))
    period = engagement_queries.find_pre_election_period(opens_at.astimezone(clock.zone()).date())
    if period is not None:
        words = N_("It would open in the pre-election period “%(name)s”, from %(starts)s to %(ends)s.")
        params = {"name": period.name, "starts": period.starts_on, "ends": period.ends_on}
        found.append(Finding("pre_election", words, REASON, params))
    return found


def _plan(engagement: Engagement) -> list[Finding]:
    found = []
    if engagement.state != EngagementState.OPEN:
        words = N_("The engagement is not open. Open it first.")
        found.append(Finding("engagement", words))
    if not engagement.contact_name or not (engagement.contact_email or engagement.contact_phone):
        words = N_("Nobody is named as contact. Give a name, and an e-mail address or a phone number.")
        found.append(Finding("contact", words))
    for part in engagement_wording.missing_needed(engagement):
        words = N_("The engagement says nothing under “%(part)s”. People need it to form a view.")
        found.append(Finding(f"plan_{part.key}", words, MUST, {"part": part.label}))
    return found


def _languages(engagement: Engagement, version: SurveyVersion, tags: list[str]) -> list[Finding]:
    if not tags:
        return [Finding("no_language", N_("Choose at least one language."))]
    found = []
    for tag in tags:
        name = languages.get(tag).english_name
        if tag not in version.languages:
            words = N_("This version was not published in %(language)s. Leave it out, or publish a version with it.")
            found.append(Finding(f"language_{tag}", words, MUST, {"language": name}))
        elif not engagement_wording.progress(engagement, tag).complete:
            words = N_("What the engagement says about itself is not complete in %(language)s.")
            found.append(Finding(f"about_{tag}", words, REASON, {"language": name}))
    return found


def _kind(kind: str) -> list[Finding]:
    if kind in set(Kind):
        return []
    return [Finding("kind", N_("Choose whether the survey is anonymous, confidential or open."))]
