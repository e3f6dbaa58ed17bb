"""Make an engagement and its questionnaire from what is written down, through the services an author uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demo.content.plan import TAGS, Asked, Texts, Topic
from engagements import services as engagements
from engagements.models import Engagement
from surveys.document import SURVEY_ITEM
from surveys.models import Survey
from surveys.services import authoring
from surveys.services.authoring import QuestionPlan, Translated
from surveys.wording import Key, source_hash

#: Who wrote it, as the wording keeps it.
BY = "system"


@dataclass(frozen=True)
class Built:
    """What was made. `questions` maps the key of each question to its id."""

    engagement: Engagement
    survey: Survey
    questions: dict[str, str]


def build(topic: Topic, plan: dict[str, Any], area_ids: list[int]) -> Built:
    """Return the engagement of `topic` with its survey as a draft; empty texts are left untranslated."""
    engagement = engagements.create_engagement(topic.words["title"][0], plan["owner_id"])
    engagements.change_plan(
        engagement,
        subjects=list(topic.subjects),
        contact_name=topic.contact_name,
        contact_email=f"{topic.contact_name.lower().replace(' ', '.')}@demo.example",
        contact_phone="0116 496 0100",
        **plan,
    )
    for index, tag in enumerate(TAGS):
        texts = {part: words[index] for part, words in topic.words.items() if words[index]}
        engagements.change_words(engagement, tag, texts)
    engagements.set_areas(engagement, area_ids)
    survey = authoring.create_survey(engagement.id, topic.survey_name, TAGS, paging="section")
    return Built(engagement, survey, _write(survey, topic))


def _write(survey: Survey, topic: Topic) -> dict[str, str]:
    written: dict[Key, Texts] = {(SURVEY_ITEM, "title"): topic.title, (SURVEY_ITEM, "thanks"): topic.thanks}
    first = authoring.draft(survey).sections[0].id
    ids: dict[str, str] = {}
    for number, part in enumerate(topic.parts):
        section = first if number == 0 else authoring.add_section(survey, {}, BY).id
        written |= {(section, "title"): part.title, (section, "introduction"): part.introduction}
        for asked in part.questions:
            ids[asked.key] = _ask(survey, section, asked)
            written |= {(ids[asked.key], name): texts for name, texts in _texts(asked)}
    authoring.change_texts(survey, {key: texts[0] for key, texts in written.items()}, BY)
    for index, tag in enumerate(TAGS[1:], start=1):
        translations = {
            key: Translated(texts[index], source_hash(texts[0])) for key, texts in written.items() if texts[index]
        }
        authoring.translate(survey, tag, translations, BY)
    return ids


def _texts(asked: Asked) -> Iterator[tuple[str, Texts]]:
    yield "text", asked.text
    if asked.hint:
        yield "hint", asked.hint
    if asked.ends:
        yield "low", asked.ends[0]
        yield "high", asked.ends[1]
    for value, texts in enumerate(asked.options, start=1):
        yield f"option:{value}", texts


def _ask(survey: Survey, section: str, asked: Asked) -> str:
    plan = QuestionPlan(
        type=asked.type,
        section_id=section,
        texts={},
        required=asked.required,
        dont_know=asked.dont_know,
        prefer_not=asked.prefer_not,
        settings=asked.settings,
        new_options=tuple(texts[0] for texts in asked.options),
    )
    question = authoring.add_question(survey, plan, BY)
    if asked.last_is_exclusive:
        options = tuple(
            (str(value), texts[0], value == len(asked.options)) for value, texts in enumerate(asked.options, start=1)
        )
        changed = QuestionPlan(**{**plan.__dict__, "options": options, "new_options": ()})
        authoring.save_question(survey, question.id, changed, BY)
    return question.id
