"""What happened in the demo: one engagement told and closed, one in the field, one in draft."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import audit, clock
from demo import history, respondents
from demo.building import Built, build
from demo.content import appointments, hospital, walk_in
from demo.content.plan import TAGS, Came
from demo.crowd import Someone, joined_before
from demo.respondents import Answering, Answers
from engagements import services as engagements
from feedback.services import outcomes, telling
from panel import bands
from panel.queries import list_areas
from surveys import links
from surveys.models import Fieldwork, Kind
from surveys.queries import answering as visits
from surveys.queries.answering import GRACE
from surveys.services import answering, fieldwork, intake, invitations, publishing, snapshots
from surveys.services.fieldwork import Plan

#: Answers to the engagement that is in the field.
ANSWERS_IN_THE_FIELD = 300


@dataclass(frozen=True)
class Cast:
    """The staff of the story, by role."""

    ids: Mapping[str, int]

    def acting(self, role: str) -> Any:
        """Return a context in which the person with `role` does what is done."""
        return audit.acting_as(f"staff:{self.ids[role]}")


def tell_story(cast: Cast, seed: int) -> list[str]:
    """Make all three engagements and return a line about each; the caller commits."""
    chance = random.Random(seed)
    system = next(area.id for area in list_areas(1))
    return [
        _told(cast, chance, system),
        _in_the_field(cast, chance, system),
        _draft(cast, system),
    ]


def _at(days: int, hour: int = 9) -> dt.datetime:
    """Return an hour of the day that is `days` from today (negative: ago)."""
    return clock.start_of_day(clock.today() + dt.timedelta(days=days)) + dt.timedelta(hours=hour)


def _told(cast: Cast, chance: random.Random, area: int) -> str:
    opens, closes, decided = _at(-230), _at(-188, 17), _at(-150)
    # Every "today" below is that of the story, so all days are counted before the clock is turned back.
    plan = {"level": "listen", "owner_id": cast.ids["feedback_editor"], "decision_on": _at(-155).date()}
    plan |= {"starts_on": opens.date(), "ends_on": closes.date()}
    due_on, do_by = _at(-130).date(), {came: _at(came.do_by).date() for came in appointments.OUTCOMES if came.do_by}
    with clock.stopped_at(_at(-262)), cast.acting("survey_author"):
        built = build(appointments.TOPIC, plan, [area])
    people = joined_before(opens, chance)
    work = _open(cast, built, Kind.ANONYMOUS, opens, closes, people)
    history.deliver(chance)
    with clock.stopped_at(opens + dt.timedelta(days=21)):
        _remind(cast, work)
    history.deliver(chance)
    answered = _answer(chance, work, built, people, respondents.about_appointments, closes - dt.timedelta(hours=1))
    with clock.stopped_at(closes + GRACE + dt.timedelta(minutes=1)):
        fieldwork.close(work)
        with cast.acting("panel_manager"):
            engagements.close_engagement(built.engagement)
    history.deliver(chance)
    with clock.stopped_at(decided), cast.acting("feedback_editor"):
        for came in appointments.OUTCOMES:
            _write_outcome(built, came, answered, cast, due_on, do_by.get(came))
        published = telling.publish_outcomes(built.engagement.id, f"staff:{cast.ids['feedback_editor']}")
        history.tell_everyone(published, chance, cast.ids["feedback_editor"])
    snapshots.make(work.id)
    return (
        f"“{appointments.TOPIC.title[0]}”: {len(answered)} answers; {published.told} of {published.total} people told."
    )


def _in_the_field(cast: Cast, chance: random.Random, area: int) -> str:
    opens, closes = _at(-20), _at(25, 17)
    plan = {"level": "discuss", "owner_id": cast.ids["panel_manager"], "decision_on": _at(70).date()}
    plan |= {"starts_on": opens.date(), "ends_on": closes.date()}
    with clock.stopped_at(_at(-45)), cast.acting("survey_author"):
        built = build(walk_in.TOPIC, plan, [area])
    people = joined_before(opens, chance)
    work = _open(cast, built, Kind.CONFIDENTIAL, opens, closes, people)
    history.deliver(chance)
    # In a small panel, somebody is left to remind.
    most = min(ANSWERS_IN_THE_FIELD, len(people) * 2 // 3)
    answered = _answer(chance, work, built, people, respondents.about_walk_in_centre, _at(-1, 20), most=most)
    history.deliver(chance)
    # The reminders are not delivered: the worker sends them, so that the demo's mail can be read.
    _remind(cast, work)
    snapshots.make(work.id)
    return f"“{walk_in.TOPIC.title[0]}”: in the field, {len(people)} invited, {len(answered)} answers."


def _draft(cast: Cast, area: int) -> str:
    plan = {"level": "co_produce", "owner_id": cast.ids["survey_author"], "starts_on": None, "ends_on": None}
    with clock.stopped_at(_at(-6)), cast.acting("survey_author"):
        build(hospital.TOPIC, plan, [area])
    return f"“{hospital.TOPIC.title[0]}”: a draft."


def _open(
    cast: Cast, built: Built, kind: Kind, opens: dt.datetime, closes: dt.datetime, people: Sequence[Someone]
) -> Fieldwork:
    """Publish, release, open and invite: those people, and not those who joined since."""
    with clock.stopped_at(opens - dt.timedelta(days=8)), cast.acting("survey_author"):
        version = publishing.publish(built.survey, TAGS, {}, f"staff:{cast.ids['survey_author']}")
    with clock.stopped_at(opens - dt.timedelta(days=7)), cast.acting("panel_manager"):
        work = fieldwork.create(built.survey, Plan(version.id, kind, list(TAGS), opens, closes))
        engagements.open_engagement(built.engagement)
        fieldwork.release(work, {})
    with clock.stopped_at(opens + dt.timedelta(seconds=30)):
        fieldwork.open_one(work)
        ids = [person.id for person in people]
        for start in range(0, len(ids), invitations.CHUNK):
            invitations.invite(work, ids[start : start + invitations.CHUNK])
        work.inviting = False
        work.invited_through = ids[-1] if ids else 0
    return work


def _remind(cast: Cast, work: Fieldwork) -> None:
    with cast.acting("panel_manager"):
        fieldwork.remind(work)
    while work.reminding:
        invitations.remind_chunk(work)


def _answer(
    chance: random.Random,
    work: Fieldwork,
    built: Built,
    people: Sequence[Someone],
    about: Answering,
    last: dt.datetime,
    most: int | None = None,
) -> list[Answers]:
    """Let some of `people` answer, each as if on their own device, day by day until `last`; return what they said."""
    profiles = bands.for_members([person.id for person in people])
    willing = [person for person in people if respondents.replies(chance, profiles.get(person.id, {}))]
    if most is not None:
        others = [person for person in people if person not in set(willing)]
        willing = chance.sample(willing, min(most, len(willing)))
        willing += chance.sample(others, min(most - len(willing), len(others)))
    span = (last - work.opens_at).total_seconds()
    # Most answers come in the first days, and again after the reminder.
    moments = sorted(work.opens_at + dt.timedelta(seconds=60 + (span - 60) * chance.random() ** 1.7) for _ in willing)
    chance.shuffle(willing)
    way = links.maker(work)
    said = []
    for person, moment in zip(willing, moments, strict=True):
        answers = about(chance, profiles.get(person.id, {}), person.language)
        with clock.stopped_at(moment):
            _submit(way(person.id), {built.questions[key]: value for key, value in answers.items()}, person.language)
            if work.kind == Kind.ANONYMOUS and work.id in intake.waiting():
                intake.move(work.id)
        said.append(answers)
    return said


def _submit(way: links.Way, answers: dict[str, Any], language: str) -> None:
    """Begin, fill in and submit, through the services the pages call."""
    entry = visits.find_entry(way.token_hash)
    if entry is None:
        raise ValueError("this person was not invited")
    answering.begin(entry)
    visit = visits.find_visit(way.token_hash)
    if visit is None:
        raise ValueError("the visit did not begin")
    answering.keep(visit, lambda draft: draft.answers.update(answers))
    kept = visits.find_visit(way.token_hash)
    if kept is not None:
        answering.submit(kept, language)


#: What each figure counts: who of those who answered said it.
_SAID = {
    "busy": lambda answers: "1" in answers["problems"],
    "early": lambda answers: "2" in answers["problems"],
    "same": lambda answers: "4" in answers["problems"] or answers["best"] == "4",
    "language": lambda answers: "5" in answers["problems"],
}


def _write_outcome(
    built: Built, came: Came, answered: Sequence[Answers], cast: Cast, due_on: dt.date, do_by: dt.date | None
) -> None:
    counts = Counter(key for key, says in _SAID.items() for answers in answered if says(answers))
    content = outcomes.Content(
        answer=came.answer,
        heard=came.heard[0],
        response=came.response[0],
        why=came.why[0] if came.why else "",
        said_by=counts[came.said],
        out_of=len(answered),
        evidence=came.evidence,
        owner_id=cast.ids["feedback_editor"],
        due_on=due_on,
        do_by=do_by,
        subjects=came.subjects,
        area_ids=[area.id for area in list_areas(1)],
    )
    outcome = outcomes.create_outcome(built.engagement.id, content)
    for index, tag in enumerate(TAGS[1:], start=1):
        texts = {"heard": came.heard[index], "response": came.response[index]}
        outcomes.translate_outcome(outcome, tag, texts | ({"why": came.why[index]} if came.why else {}))
    outcomes.mark_ready(outcome, TAGS, {})
