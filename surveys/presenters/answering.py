"""What the answering pages need beside the questions: the first page, and the answers in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup

from core.errors import N_
from engagements.wording import PARTS, EngagementWords, Worded, words_in
from i18n import languages
from i18n.languages import Language
from i18n.web import listed
from surveys import types
from surveys.compiled import Compiled, Words
from surveys.queries.answering import Place
from surveys.services.answering import Draft

#: What the first page says of each part of an engagement, in order; the title and the purpose come before them.
_HEADINGS: dict[str, str] = {
    "what_is_known": N_("What we know already"),
    "options": N_("What could happen"),
    "reasons": N_("Why"),
    "decision": N_("What will be decided"),
    "decision_how": N_("How it will be decided"),
    "decision_when": N_("When it will be decided"),
    "use_of_answers": N_("What happens with your answers"),
}
assert set(_HEADINGS) <= set(PARTS)  # noqa: S101  a part renamed there must be renamed here


@dataclass(frozen=True)
class Passage:
    """A heading and a text of the first page, and the language the text is in."""

    heading: str
    text: str
    language: Language


def passages(engagement: Worded, tag: str) -> list[Passage]:
    """Return what people must know before they answer, without what nobody has written."""
    words: EngagementWords = words_in(engagement, tag)
    return [
        Passage(gettext(heading), words[part], words.language_of(part))
        for part, heading in _HEADINGS.items()
        if words[part]
    ]


def decision_about_language(compiled: Compiled, place: Place, tag: str) -> str:
    """Return why the survey is not, or not wholly, in language `tag`; "" when it is."""
    if tag in compiled.incomplete:
        return compiled.incomplete[tag]
    if tag not in place.languages:
        names = listed(languages.get(t).name for t in place.languages)
        return gettext("You can answer this survey in: %(languages)s.", languages=names)
    return ""


@dataclass(frozen=True)
class Answer:
    """One answer on “Check your answers”."""

    id: str
    question: Markup
    value: str
    href: str
    #: The question in plain words, for the name of the link.
    change: str


@dataclass(frozen=True)
class Group:
    """The answers of one section."""

    heading: Markup
    answers: list[Answer]


def shown(compiled: Compiled, words: Words, draft: Draft) -> dict[str, Markup]:
    """Return the answers as HTML, by the ids of their places on the page."""
    found = {}
    for question in compiled.document.questions:
        text = types.get(question.type).display(question, draft.answers.get(question.id), words)
        lines = text.split("\n") if text else [gettext("Not provided")]
        found[_id_of(question.id)] = Markup("<br>").join(lines)
    return found


def groups(compiled: Compiled, words: Words, place: Place, shown: Mapping[str, str]) -> list[Group]:
    """Return what was `shown` by section, with links back to the questions."""
    found: dict[str, list[Answer]] = {}
    for page in compiled.pages:
        address = url_for("answering.page", slug=place.slug, number=page.index + 1, change=1)
        for question in page.questions:
            found.setdefault(page.section_id, []).append(
                Answer(
                    id=_id_of(question.id),
                    question=words.html(question.id, "text"),
                    value=shown[_id_of(question.id)],
                    href=f"{address}#{question.id}",
                    change=words.text(question.id, "text"),
                )
            )
    return [Group(words.html(section_id, "title"), answers) for section_id, answers in found.items()]


def _id_of(question_id: str) -> str:
    return f"answer-{question_id}"


def errors_of_missing(words: Words, ids: list[str]) -> list[tuple[str, Any]]:
    """Return the error summary of required questions that have no answer."""
    return [(_id_of(i), gettext("Answer the question “%(question)s”.", question=words.text(i, "text"))) for i in ids]
