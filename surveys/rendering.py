"""Questions as HTML: one template for each type.

A question without an error is rendered once for everybody, with slots where what a person entered goes: filling them
takes microseconds, the template half a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from i18n import negotiation
from i18n.web import words as error_words
from surveys import types
from surveys.compiled import Compiled, Page, Words
from surveys.document import SURVEY_ITEM, Question
from surveys.types.base import AnswerError, Entered, FormData, Reading

_NOTHING = Entered()
#: A slot: t for the text, c and a value for what marks a choice. No text holds this character: core.forms.strip.
_SLOT = re.compile("\x00(t|c[^\x00]*)\x00")


class _Slots(Entered):
    """What a skeleton is rendered with in place of what somebody entered."""

    def checked(self, value: str) -> str:
        return Markup(f"\x00c{value}\x00")  # noqa: S704  our own values of options


@dataclass(frozen=True)
class PageView:
    """A page of questions ready for its template, surveys/questions.html."""

    #: The heading above the questions; "" where the only question is the page's h1.
    heading: Markup
    #: Paragraphs above the first questions of a section.
    introduction: Markup
    questions: list[Markup]
    #: (control id, words) for the error summary.
    errors: list[tuple[str, str]]


def render_question(
    compiled: Compiled,
    question: Question,
    tag: str,
    entered: Entered = _NOTHING,
    error: AnswerError | None = None,
    heading: bool = False,
) -> Markup:
    """Return the controls of `question` in language `tag`, holding `entered`; `heading` makes it the page's h1."""
    words = compiled.words_in(tag)
    if error is not None:
        return _render(question, words, entered, error, heading)
    # The page's own words are in the language of the page, which a missing translation may part from that of `words`.
    key = (f"{negotiation.current().tag}/{words.language.tag}", question.id, heading)
    skeleton = compiled.skeletons.get(key)
    if skeleton is None:
        html = _render(question, words, _Slots(text=Markup("\x00t\x00")), None, heading)
        skeleton = compiled.skeletons[key] = tuple(_SLOT.split(html))
    return _fill(skeleton, entered)


def _fill(skeleton: tuple[str, ...], entered: Entered) -> Markup:
    """Return a skeleton (HTML, slot, HTML, slot, ... HTML) with what was entered in its slots."""
    parts = list(skeleton)
    for place in range(1, len(parts), 2):
        slot = parts[place]
        parts[place] = str(escape(entered.text)) if slot == "t" else entered.checked(slot[1:])
    return Markup("".join(parts))  # noqa: S704  HTML of the template, and text escaped here


def _render(question: Question, words: Words, entered: Entered, error: AnswerError | None, heading: bool) -> Markup:
    kind = types.get(question.type)
    template = current_app.jinja_env.get_template(kind.template)
    said = in_words(error, question, words) if error else ""
    html = template.render(question=question, type=kind, words=words, entered=entered, error=said, heading=heading)
    return Markup(html)  # noqa: S704  the template escapes


def in_words(error: AnswerError, question: Question, words: Words) -> str:
    """Return what `error` says of `question`, in the reader's language."""
    error.params.setdefault("question", words.text(question.id, "text"))
    return error_words(error)


def page_view(
    compiled: Compiled,
    page: Page,
    tag: str,
    answers: Mapping[str, Any],
    readings: Mapping[str, Reading] | None = None,
) -> PageView:
    """Return `page` in language `tag`: what was just read from a refused form, else the stored `answers`."""
    readings = readings or {}
    words = compiled.words_in(tag)
    alone = compiled.document.paging == "question"
    html, errors = [], []
    for question in page.questions:
        reading = readings.get(question.id)
        if reading is not None:
            entered, error = reading.entered, reading.error
        else:
            entered = types.get(question.type).entered_for(question, answers.get(question.id))
            error = None
        html.append(render_question(compiled, question, tag, entered, error, heading=alone))
        if error is not None:
            errors.append((question.id, in_words(error, question, words)))
    return PageView(
        # A section without a heading of its own is headed by the survey's title: a page has one h1.
        heading=Markup() if alone else words.html(page.section_id, "title") or words.html(SURVEY_ITEM, "title"),
        introduction=words.paragraphs(page.section_id, "introduction") if _is_first(compiled, page) else Markup(),
        questions=html,
        errors=errors,
    )


def _is_first(compiled: Compiled, page: Page) -> bool:
    """Return whether `page` is the first of its section."""
    return page.index == 0 or compiled.pages[page.index - 1].section_id != page.section_id


def page_title(compiled: Compiled, page: Page, tag: str) -> str:
    """Return what the page is about, for its <title>."""
    words = compiled.words_in(tag)
    if compiled.document.paging == "question":
        return words.text(page.questions[0].id, "text")
    return words.text(page.section_id, "title") or words.text(SURVEY_ITEM, "title")


def read_page(page: Page, form: FormData) -> dict[str, Reading]:
    """Return what a form said to each question of `page`, by question id."""
    return {q.id: types.get(q.type).read(q, form) for q in page.questions}
