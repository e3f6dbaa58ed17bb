"""The public directory, in the language of the page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

import engagements.queries
import panel.queries
from core import clock, config
from engagements.models import Engagement
from engagements.subjects import SUBJECTS
from engagements.wording import words_in
from feedback import figures
from feedback.models import Outcome
from feedback.presenters.content import Item, items
from feedback.queries import directory, outcomes, tellings
from feedback.queries.directory import Entry
from i18n.languages import Language


@dataclass(frozen=True)
class Shown:
    """An engagement in a list."""

    title: str
    language: Language
    href: str
    published_at: dt.datetime
    #: The first of its outcomes, as a taste.
    first: Item
    count: int


def entries(found: Sequence[Entry], tag: str) -> list[Shown]:
    """Return the engagements of a page, in two queries."""
    ids = [entry.engagement_id for entry in found]
    by_id = {each.id: each for each in engagements.queries.list_by_ids(ids)}
    published = directory.list_public_outcomes(ids)
    shown = []
    for entry in found:
        words = words_in(by_id[entry.engagement_id], tag)
        first = items(published[entry.engagement_id][:1], tag)[0]
        href = url_for("directory.engagement", slug=by_id[entry.engagement_id].slug)
        count = len(published[entry.engagement_id])
        shown.append(Shown(words["title"], words.language_of("title"), href, entry.published_at, first, count))
    return shown


def filters(subject: str, area_id: int | None) -> dict[str, Any]:
    """Return the subjects and areas something is published about, as choices; the chosen one is marked."""
    used = set(directory.areas_in_use())
    areas = panel.queries.list_areas()
    parents = {area.id: area.parent_id for area in areas}
    # A place is offered when something is about it or about any area inside it.
    offered: set[int] = set()
    for each in used:
        here: int | None = each
        while here is not None and here not in offered:
            offered.add(here)
            here = parents.get(here)
    subjects = sorted(
        ((key, _(SUBJECTS[key])) for key in directory.subjects_in_use() if key in SUBJECTS), key=lambda pair: pair[1]
    )
    return {
        "subjects": subjects,
        "subject": subject,
        "subject_name": _(SUBJECTS[subject]) if subject else "",
        "areas": [(area.id, area.name) for area in areas if area.id in offered],
        "area": area_id,
        "area_name": next((area.name for area in areas if area.id == area_id), ""),
    }


def engagement(found: Engagement, published: Sequence[Outcome], tag: str) -> dict[str, Any]:
    """Return what the page of an engagement shows."""
    ids = [each.id for each in published]
    used = {subject for subjects in outcomes.subjects_of(ids).values() for subject in subjects}
    area_ids = {area for areas in outcomes.areas_of(ids).values() for area in areas}
    words = words_in(found, tag)
    return {
        "engagement": found,
        "title": words["title"],
        "title_language": words.language_of("title"),
        "purpose": words["purpose"],
        "purpose_language": words.language_of("purpose"),
        "items": items(published, tag),
        "people": figures.public_count(max((each.total for each in tellings.list_tellings(found.id)), default=0)),
        "subjects": [(key, _(SUBJECTS[key])) for key in SUBJECTS if key in used],
        "areas": [(area.id, area.name) for area in panel.queries.list_areas() if area.id in area_ids],
    }


def feed(found: Sequence[Entry], tag: str) -> dict[str, Any]:
    """Return what the Atom feed of a language says."""
    base = config.settings().base_url
    shown = entries(found, tag)
    ids = [entry.engagement_id for entry in found]
    published = directory.list_public_outcomes(ids)
    updated = max((each.published_at for each in shown), default=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    return {
        "tag": tag,
        "base": base,
        "self_link": f"{base}/you-said-we-did/feed/{tag}.atom",
        "index_link": f"{base}/you-said-we-did?lang={tag}",
        "updated": updated.astimezone(clock.zone()).isoformat(timespec="seconds"),
        "feed_entries": [
            {
                "title": each.title,
                "title_language": each.language,
                "link": f"{base}{each.href}",
                "updated": each.published_at.isoformat(timespec="seconds"),
                "items": items(published[entry.engagement_id], tag),
            }
            for each, entry in zip(shown, found, strict=True)
        ],
    }
