"""The survey and the people of bench.answering."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from core import clock, ids
from core.database import db
from engagements.models import Engagement, EngagementState
from engagements.wording import PARTS
from i18n import languages
from panel.models import Member, MemberState, Profile
from surveys import document as documents
from surveys import links, wording
from surveys.document import Document, Option, Question, Section
from surveys.models import Fieldwork, FieldworkState, Kind, Participation
from surveys.services import authoring, publishing

#: Questions, on so many pages.
QUESTIONS, PAGES = 16, 5
_FIVE = tuple(Option(str(n)) for n in range(1, 6))


def _document() -> Document:
    kinds = [
        Question("", "single", required=True, options=_FIVE, prefer_not=True),
        Question("", "multiple", options=(*_FIVE, Option("none", exclusive=True))),
        Question("", "scale", required=True, settings={"low": 1, "high": 5}, dont_know=True),
        Question("", "number", settings={"min": 0, "max": 50}),
        Question("", "single", options=_FIVE),
        Question("", "long_text", settings={"limit": 1000}),
    ]
    questions = [
        Question(f"q{n:02}", k.type, k.required, k.options, k.settings, k.dont_know, k.prefer_not)
        for n, k in ((n, kinds[n % len(kinds)]) for n in range(QUESTIONS))
    ]
    sizes = [QUESTIONS // PAGES + (page < QUESTIONS % PAGES) for page in range(PAGES)]
    sections, start = [], 0
    for page, size in enumerate(sizes):
        sections.append(Section(f"s{page}", tuple(questions[start : start + size])))
        start += size
    return Document(tuple(sections), "section")


def prepare(people: int) -> tuple[int, list[str]]:
    """Make the survey and invite `people`; return the fieldwork's id and the secrets of their links."""
    now = clock.now()
    engagement = Engagement(
        slug="bench",
        state=EngagementState.OPEN,
        words={languages.SOURCE.tag: {part: f"What the {part} is, in a sentence of usual length." for part in PARTS}},
        contact_name="Asha Patel",
        contact_email="asha@example.org",
        created_at=now,
    )
    db.session.add(engagement)
    db.session.flush()
    questionnaire = authoring.create_survey(engagement.id, "Bench", [languages.SOURCE.tag], "section")
    document = _document()
    questionnaire.draft = documents.to_json(document)
    texts = {t.key: f"How is it with {t.item} and {t.part}?" for t in wording.texts_of(document)}
    authoring.change_texts(questionnaire, texts, "bench")
    version = publishing.publish(questionnaire, [languages.SOURCE.tag], {}, "bench")
    fieldwork = Fieldwork(
        slug="bench",
        survey_id=questionnaire.id,
        version_id=version.id,
        kind=Kind.ANONYMOUS,
        state=FieldworkState.OPEN,
        languages=[languages.SOURCE.tag],
        opens_at=now - dt.timedelta(days=1),
        closes_at=now + dt.timedelta(days=60),
        seal_id=ids.random_id(),
        created_at=now,
    )
    fieldwork.link_key = links.seal_key(fieldwork, "link_key", links.new_key())
    db.session.add(fieldwork)
    db.session.flush()
    tokens = _invite(fieldwork, people)
    db.session.commit()
    return fieldwork.id, tokens


def _invite(fieldwork: Fieldwork, people: int) -> list[str]:
    now, way = clock.now(), links.maker(fieldwork)
    members = [
        {"seal_id": ids.random_id(), "state": MemberState.ACTIVE, "applied_at": now, "route": "email", "language": "en"}
        for _ in range(people)
    ]
    found = list(db.session.scalars(sa.insert(Member).returning(Member.id), members))
    profiles = [
        {
            "member_id": member_id,
            "age_band": ("25-34", "45-54", "65-74")[member_id % 3],
            "sex": ("female", "male")[member_id % 2],
            "updated_at": now,
        }
        for member_id in found
    ]
    db.session.execute(sa.insert(Profile), profiles)
    ways = {member_id: way(member_id) for member_id in found}
    rows = [
        {
            "fieldwork_id": fieldwork.id,
            "member_id": member_id,
            "state": "invited",
            "token_hash": made.token_hash,
            "code_index": made.code_index,
            "invited_at": now,
        }
        for member_id, made in ways.items()
    ]
    db.session.execute(sa.insert(Participation), rows)
    return [made.token for made in ways.values()]
