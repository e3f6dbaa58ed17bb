"""What authors see of a survey: its outline, what is missing, how far each language is, and its versions."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from accounts import current
from engagements.models import Engagement
from engagements.presenters import Section as EngagementSection
from i18n import languages
from i18n.web import percent
from surveys import types, wording
from surveys.document import SURVEY_ITEM, Document, Option, Question, Section
from surveys.models import Survey
from surveys.queries import versions
from surveys.queries import wording as wording_queries
from surveys.services import authoring, publishing
from surveys.types.base import Flaw
from surveys.wording import Book, Progress


def of_engagement(engagement: Engagement) -> EngagementSection | None:
    """Return the surveys of an engagement for its page."""
    html = render_template(
        "surveys/author/_of_engagement.html", surveys=versions.list_surveys(engagement.id), engagement=engagement
    )
    return EngagementSection(_("Surveys"), Markup(html), 10)  # noqa: S704  a template escapes


def section_name(section: Section, number: int, book: Book) -> str:
    """Return a section's heading, or its number where it has none."""
    return book.source(section.id, "title") or _("Section %(number)s", number=number)


def section_names(document: Document, book: Book) -> dict[str, str]:
    """Return {section id: name} in order."""
    return {s.id: section_name(s, number, book) for number, s in enumerate(document.sections, 1)}


def question_name(question: Question, book: Book) -> str:
    """Return a question's text, or words for one that has none yet."""
    return book.source(question.id, "text") or _("A question without text")


def flaw_words(flaw: Flaw) -> str:
    """Return what a flaw says."""
    return _(flaw.words, **dict(flaw.params))


def outline(survey: Survey) -> dict[str, Any]:
    """Return everything the page of one survey shows."""
    document, book = authoring.draft(survey), wording_queries.get_book(survey.id)
    flaws: dict[str, list[str]] = {}
    for item, flaw in publishing.flaws_of(document):
        flaws.setdefault(item, []).append(flaw_words(flaw))
    source = book.progress(document, wording.SOURCE)
    for text in source.missing:
        flaws.setdefault(text.item, []).append(_("Not written yet: %(part)s", part=_(text.label)))
    numbers = {q.id: n for n, q in enumerate(document.questions, 1)}
    return {
        "document": document,
        "title": book.source(SURVEY_ITEM, "title"),
        "introduction": book.source(SURVEY_ITEM, "introduction"),
        "sections": [
            {
                "section": section,
                "name": section_name(section, number, book),
                "flaws": flaws.get(section.id, []),
                "questions": [_question(q, numbers[q.id], book, flaws.get(q.id, [])) for q in section.questions],
            }
            for number, section in enumerate(document.sections, 1)
        ],
        "flaws": [*flaws.get("", []), *flaws.get(SURVEY_ITEM, [])],
        "ready": not flaws,
        "removed": _removed(document, book),
        "languages": [language_row(survey, tag, book.progress(document, tag)) for tag in survey.languages],
        "versions": versions.list_versions(survey.id),
        "may_edit": current.may("surveys.edit"),
    }


def _question(question: Question, number: int, book: Book, flaws: list[str]) -> dict[str, Any]:
    kind = types.get(question.type)
    facts = [_(kind.name), _("must be answered") if question.required else _("optional")]
    if question.dont_know:
        facts.append(_("offers “I do not know”"))
    if question.prefer_not:
        facts.append(_("offers “Prefer not to say”"))
    return {
        "question": question,
        "number": number,
        "text": question_name(question, book),
        "facts": facts,
        "options": [book.source(question.id, f"option:{o.value}") for o in question.options],
        "flaws": flaws,
    }


def _removed(document: Document, book: Book) -> list[dict[str, str]]:
    """Return what can be put back, the latest first."""
    present = {q.id for q in document.questions}
    found = []
    for removed in reversed(document.removed):
        content = removed.content
        if isinstance(content, Section):
            text, kind = section_name(content, removed.position + 1, book), _("Section")
        elif isinstance(content, Option):
            if removed.parent not in present:
                continue  # comes back with its question
            text, kind = book.source(removed.parent, f"option:{removed.id}"), _("Answer")
        else:
            text, kind = question_name(content, book), _("Question")
        found.append({"kind": removed.kind, "id": removed.id, "parent": removed.parent, "text": text, "name": kind})
    return found


def language_row(survey: Survey, tag: str, progress: Progress) -> dict[str, Any]:
    """Return how far one language of a survey is, with its links."""
    person = current.staff()
    may = tag != wording.SOURCE and person is not None and person.may_translate(tag)
    return {
        "tag": tag,
        "name": _(languages.get(tag).english_name),
        "share": percent(progress.share),
        "missing": len(progress.missing),
        "stale": len(progress.stale),
        "complete": progress.complete,
        "translate": url_for("author.translate", survey_id=survey.id, tag=tag) if may else "",
        "preview": url_for("author.preview", survey_id=survey.id, tag=tag),
    }


def translation_groups(document: Document, book: Book) -> list[tuple[str, str]]:
    """Return (item, name) of the pages a translation is split into: the survey itself, then each section."""
    return [(SURVEY_ITEM, _("Title and introduction")), *section_names(document, book).items()]


def texts_of_group(document: Document, group: str) -> list[wording.Text]:
    """Return the texts on one page of a translation; none for a group that is not there."""
    if group == SURVEY_ITEM:
        return list(wording.SURVEY_TEXTS)
    section = document.find_section(group)
    if section is None:
        return []
    texts = wording.texts_of_section(section)
    for question in section.questions:
        texts += wording.texts_of_question(question)
    return texts


def labels(texts: list[wording.Text]) -> dict[wording.Key, str]:
    """Return what each text is called, so that no two of a question are called the same: answers are numbered."""
    found: dict[wording.Key, str] = {}
    counts: dict[str, int] = {}
    for text in texts:
        if text.part.startswith("option:"):
            counts[text.item] = counts.get(text.item, 0) + 1
            found[text.key] = _("Answer %(number)s", number=counts[text.item])
        else:
            found[text.key] = _(text.label)
    return found
