"""Outcomes as the pages on which staff write them need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

import accounts.queries
import panel.queries
from core.errors import N_
from engagements.subjects import SUBJECTS
from feedback import figures, wording
from feedback.models import Outcome, OutcomeState
from feedback.queries import outcomes
from i18n import languages
from i18n.languages import SOURCE, Language
from i18n.web import day, listed, percent

STATES: dict[str, tuple[str, str]] = {
    OutcomeState.DRAFT: (N_("Draft"), "grey"),
    OutcomeState.READY: (N_("Ready"), "yellow"),
    OutcomeState.PUBLISHED: (N_("Published"), "green"),
}


@dataclass(frozen=True)
class Row:
    """An outcome in the list of an engagement."""

    outcome: Outcome
    heard: str
    answer: str
    state: str
    state_kind: str
    owner: str
    #: Names of languages still to be translated.
    lacking: list[str]


def rows(found: Sequence[Outcome], tags: Sequence[str]) -> list[Row]:
    """Return the rows of a list, with owners' names looked up at once."""
    owners = {each.owner_id for each in found if each.owner_id}
    names = {person.id: person.name for person in accounts.queries.list_by_ids(sorted(owners))}
    return [
        Row(
            each,
            each.words.get(SOURCE.tag, {}).get("heard", ""),
            _(wording.ANSWERS[each.answer]),
            _(STATES[each.state][0]),
            STATES[each.state][1],
            names.get(each.owner_id or 0, _("Nobody") if not each.owner_id else _("Somebody who has left")),
            [languages.get(tag).name for tag in wording.lacking(each, tags)],
        )
        for each in found
    ]


def area_choices(of_engagement: Sequence[int], chosen: Sequence[int]) -> list[tuple[int, str]]:
    """Return the areas an outcome may be about: systems and places, and neighbourhoods in what is already chosen."""
    inside = {*of_engagement, *chosen}
    offered = [
        area for area in panel.queries.list_areas() if area.level <= 2 or area.id in inside or area.parent_id in inside
    ]
    return [(area.id, area.name) for area in offered]


def form_data(outcome: Outcome, area_ids: Sequence[int]) -> dict[str, Any]:
    """Return what the form of an outcome starts with."""
    return {
        **{part: outcome.words.get(SOURCE.tag, {}).get(part, "") for part in wording.PARTS},
        "answer": outcome.answer,
        "said_by": outcome.said_by,
        "out_of": outcome.out_of,
        "evidence": outcome.evidence,
        "owner": outcome.owner_id,
        "due_on": outcome.due_on,
        "do_by": outcome.do_by,
        "subjects": outcomes.subjects_of([outcome.id]).get(outcome.id, []),
        "areas": list(area_ids),
        "revision": outcome.revision,
    }


def details(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the summary list of an outcome."""
    source = outcome.words.get(SOURCE.tag, {})
    people = accounts.queries.list_by_ids([outcome.owner_id]) if outcome.owner_id else []
    areas = set(outcomes.areas_of([outcome.id]).get(outcome.id, []))
    names = [area.name for area in panel.queries.list_areas() if area.id in areas] if areas else []
    subjects = [_(SUBJECTS[key]) for key in outcomes.subjects_of([outcome.id]).get(outcome.id, []) if key in SUBJECTS]
    pairs = [
        (_("What we heard"), source.get("heard")),
        (_("Share of those who answered"), _share(outcome)),
        (_(wording.ANSWERS[outcome.answer]), source.get("response")),
        (_("Why"), source.get("why")),
        (_("To be done by"), day(outcome.do_by) if outcome.do_by else None),
        (_("Who answers for it"), people[0].name if people else None),
        (_("Everyone told by"), day(outcome.due_on) if outcome.due_on else None),
        (_("Subjects"), listed(subjects)),
        (_("Areas"), listed(names)),
        (_("Evidence"), outcome.evidence),
    ]
    return [{"key": key, "value": value} for key, value in pairs]


def _share(outcome: Outcome) -> str | None:
    if outcome.said_by is None or not outcome.out_of:
        return None
    if figures.public_share(outcome.said_by, outcome.out_of) is None:
        return _("Not shown to the public, because fewer than 8 people said it or did not")
    return percent(outcome.said_by / outcome.out_of)


@dataclass(frozen=True)
class Translation:
    """How far one language of an outcome is."""

    language: Language
    status: str
    kind: str
    href: str


def translations(outcome: Outcome, tags: Sequence[str]) -> list[Translation]:
    """Return every language there is, with those people could answer in marked as needed."""
    found = []
    for language in languages.LANGUAGES:
        if language is SOURCE:
            continue
        missing, stale = wording.missing(outcome, language.tag), wording.is_stale(outcome, language.tag)
        if not missing and not stale:
            status, kind = _("Complete"), "green"
        elif stale and not missing:
            status, kind = _("Older than the English text"), "yellow"
        elif language.tag in tags:
            status, kind = _("Needed, because people could answer in it"), "red"
        else:
            status, kind = _("Not needed"), "grey"
        href = url_for("feedback.translate_outcome", outcome_id=outcome.id, tag=language.tag)
        found.append(Translation(language, status, kind, href))
    return found


@dataclass(frozen=True)
class Work:
    """An outcome to translate: its number, how it begins, and how far its translation is."""

    id: int
    heard: str
    state: str


def to_translate(found: Sequence[Outcome], tags: Sequence[Language]) -> list[tuple[Language, list[Work]]]:
    """Return what can be translated into each of these languages, and how far it is."""
    return [(language, [_work(outcome, language.tag) for outcome in found]) for language in tags]


def _work(outcome: Outcome, tag: str) -> Work:
    return Work(outcome.id, outcome.words.get(SOURCE.tag, {}).get("heard", ""), _progress(outcome, tag))


def _progress(outcome: Outcome, tag: str) -> str:
    if lacking := wording.missing(outcome, tag):
        return ngettext("%(num)s text is missing.", "%(num)s texts are missing.", len(lacking))
    return _("The English text has changed since.") if wording.is_stale(outcome, tag) else _("Complete.")
