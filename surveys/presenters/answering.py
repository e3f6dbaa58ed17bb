"""What the answering pages need beside the questions: the first page, and the answers in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from markupsafe import Markup, escape

from core.errors import N_
from engagements.models import Engagement
from engagements.wording import PARTS, EngagementWords, words_in
from i18n import languages
from i18n.languages import Language
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


def passages(engagement: Engagement, tag: str) -> list[Passage]:
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
        names = ", ".join(languages.get(t).name for t in place.languages)
        return gettext("You can answer this survey in: %(languages)s.", languages=names)
    return ""


@dataclass(frozen=True)
class Answer:
    """One answer on “Check your answers”."""

    id: str
    question: Markup
    value: Markup
    href: str
    #: The question in plain words, for the name of the link.
    change: str


@dataclass(frozen=True)
class Group:
    """The answers of one section."""

    heading: Markup
    answers: list[Answer]


def groups(compiled: Compiled, words: Words, place: Place, draft: Draft) -> list[Group]:
    """Return the answers by section, with links back to their questions."""
    found: dict[str, list[Answer]] = {}
    for page in compiled.pages:
        address = url_for("answering.page", slug=place.slug, number=page.index + 1, change=1)
        for question in page.questions:
            shown = types.get(question.type).display(question, draft.answers.get(question.id), words)
            found.setdefault(page.section_id, []).append(
                Answer(
                    id=f"answer-{question.id}",
                    question=words.html(question.id, "text"),
                    value=Markup("<br>").join(escape(line) for line in shown.split("\n")) if shown else Markup(),
                    href=f"{address}#{question.id}",
                    change=words.text(question.id, "text"),
                )
            )
    return [Group(words.html(section_id, "title"), answers) for section_id, answers in found.items()]


def errors_of_missing(words: Words, ids: list[str]) -> list[tuple[str, Any]]:
    """Return the error summary of required questions that have no answer."""
    return [
        (f"answer-{i}", gettext("Answer the question “%(question)s”.", question=words.text(i, "text"))) for i in ids
    ]
