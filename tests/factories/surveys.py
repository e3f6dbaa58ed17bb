"""Surveys, versions and fieldwork for tests."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any

from core import clock
from core.crypto import keyring
from core.database import db
from engagements.models import Engagement
from surveys import document as documents
from surveys import wording
from surveys.document import Document, Option, Question, Section
from surveys.models import Fieldwork, FieldworkState, Kind, Survey, SurveyVersion
from surveys.queries import wording as wording_queries
from surveys.services import authoring, publishing
from tests.factories.engagements import make_engagement

#: One question of each type. Their wording is made from their ids.
QUESTIONS: tuple[Question, ...] = (
    Question("q-ease", "scale", required=True, settings={"low": 1, "high": 5}, dont_know=True),
    Question("q-how", "single", required=True, options=tuple(map(Option, "123")), prefer_not=True),
    Question("q-why", "multiple", options=(Option("1"), Option("2"), Option("3"), Option("4", exclusive=True))),
    Question("q-times", "number", settings={"min": 0, "max": 50}, dont_know=True),
    Question("q-word", "short_text", prefer_not=True),
    Question("q-more", "long_text", settings={"limit": 500}),
)


def make_survey(
    engagement: Engagement | None = None,
    *,
    questions: Iterable[Question] | None = None,
    sections: Iterable[Section] | None = None,
    paging: str = "question",
    languages: Iterable[str] = ("en",),
    translated: bool = True,
    texts: dict[tuple[str, str], str] | None = None,
    name: str = "GP appointments",
) -> Survey:
    """Return a draft with wording in every language of `languages` (all translated unless told otherwise).

    `texts` replaces single source texts, {(item, part): text}.
    """
    engagement = engagement or make_engagement()
    survey = authoring.create_survey(engagement.id, name, languages, paging)
    if sections is None:
        sections = [Section("s-main", tuple(QUESTIONS if questions is None else questions))]
    document = Document(tuple(sections), paging)
    survey.draft = documents.to_json(document)
    wanted = {t.key: f"{t.item} {t.part}" for t in wording.texts_of(document) if t.item != "survey"}
    wanted[("survey", "title")] = name
    wanted |= texts or {}
    authoring.change_texts(survey, wanted, "system")
    if translated:
        for tag in survey.languages:
            translate(survey, tag)
    db.session.commit()
    return survey


def translate(survey: Survey, tag: str) -> None:
    """Translate everything the survey says into `tag`: the source with the tag before it."""
    if tag == "en":
        return
    book = wording_queries.get_book(survey.id, [tag])
    document = authoring.draft(survey)
    texts = {
        t.key: authoring.Translated(f"[{tag}] {book.source(*t.key)}", wording.source_hash(book.source(*t.key)))
        for t in wording.texts_of(document)
        if book.source(*t.key)
    }
    authoring.translate(survey, tag, texts, "system")
    db.session.commit()


def publish(
    survey: Survey, languages: Iterable[str] | None = None, reasons: dict[str, str] | None = None
) -> SurveyVersion:
    """Return a published version of the draft, by default in all its languages."""
    version = publishing.publish(survey, survey.languages if languages is None else languages, reasons or {}, "system")
    db.session.commit()
    return version


def make_fieldwork(version: SurveyVersion | None = None, kind: str = Kind.ANONYMOUS, **changes: Any) -> Fieldwork:
    """Return fieldwork that opened yesterday and is open for 60 days more."""
    version = version or publish(make_survey())
    now = clock.now()
    values: dict[str, Any] = {
        "slug": f"survey-{secrets.token_hex(4)}",
        "survey_id": version.survey_id,
        "version_id": version.id,
        "kind": kind,
        "state": FieldworkState.OPEN,
        "languages": version.languages,
        "opens_at": now - dt.timedelta(days=1),
        "closes_at": now + dt.timedelta(days=60),
        "created_at": now,
        "seal_id": secrets.token_hex(8),
    }
    fieldwork = Fieldwork(**(values | changes))
    if fieldwork.kind == Kind.CONFIDENTIAL and fieldwork.pseudonym_key is None:
        place = f"fieldwork.pseudonym_key:{fieldwork.seal_id}"
        fieldwork.pseudonym_key = keyring().seal(secrets.token_hex(32), place)
    db.session.add(fieldwork)
    db.session.commit()
    return fieldwork
