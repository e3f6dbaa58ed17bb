"""Published questionnaires made ready for answering, kept in the process by version so that a page costs no query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from i18n import languages
from surveys import document as documents
from surveys.document import SURVEY_ITEM, Document, Question
from surveys.models import SurveyVersion
from surveys.queries import versions

#: {item: {part: text}} of one language.
Wording = Mapping[str, Mapping[str, str]]
KEPT = 64


class Words:
    """The wording in one language. What is missing in it comes in the source language, marked as such."""

    def __init__(self, tag: str, wording: Wording, source: Wording) -> None:
        self.language = languages.get(tag)
        self._texts: dict[tuple[str, str], str] = {}
        self._html: dict[tuple[str, str], Markup] = {}
        self._foreign: set[tuple[str, str]] = set()
        for item, parts in source.items():
            for part, text in parts.items():
                self._put(item, part, wording.get(item, {}).get(part, ""), text)

    def _put(self, item: str, part: str, text: str, source_text: str) -> None:
        key = (item, part)
        self._texts[key] = text or source_text
        self._html[key] = escape(self._texts[key])
        if not text and source_text:
            self._foreign.add(key)
            source = languages.SOURCE
            self._html[key] = Markup('<span lang="{}" dir="{}">{}</span>').format(
                source.tag, source.direction, source_text
            )

    def text(self, item: str, part: str) -> str:
        """Return the plain text, "" when there is none."""
        return self._texts.get((item, part), "")

    def html(self, item: str, part: str) -> Markup:
        """Return the text for a page: escaped, and saying which language it is in when that is not the page's."""
        return self._html.get((item, part), Markup())

    def paragraphs(self, item: str, part: str) -> Markup:
        """Return the text for a page as paragraphs, one for each line that is not empty."""
        attributes = Markup()
        if (item, part) in self._foreign:
            attributes = Markup(' lang="{}" dir="{}"').format(languages.SOURCE.tag, languages.SOURCE.direction)
        lines = [line.strip() for line in self.text(item, part).splitlines() if line.strip()]
        return Markup("").join(Markup("<p{}>{}</p>").format(attributes, line) for line in lines)

    def is_foreign(self, item: str, part: str) -> bool:
        """Return whether the text is in the source language because this language has none."""
        return (item, part) in self._foreign

    @property
    def complete(self) -> bool:
        """Whether nothing had to be taken from the source language."""
        return not self._foreign


@dataclass(frozen=True)
class Page:
    """What is asked on one page."""

    index: int
    section_id: str
    questions: tuple[Question, ...]


@dataclass
class Compiled:
    """A questionnaire with its pages and words. `version_id` is None for a draft in preview."""

    version_id: int | None
    wording_revision: int
    document: Document
    #: By language tag.
    words: dict[str, Words]
    #: Languages published although incomplete, with the reason the public is shown.
    incomplete: Mapping[str, str]
    pages: tuple[Page, ...] = ()
    #: Questions by id.
    questions: dict[str, Question] = field(default_factory=dict)
    #: Rendered questions with slots for what is entered, by (languages, question, whether it heads the page).
    skeletons: dict[tuple[str, str, bool], tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pages = tuple(_pages(self.document))
        self.questions = {q.id: q for q in self.document.questions}

    def words_in(self, tag: str) -> Words:
        """Return the words in `tag`, or in the source language when it is not offered."""
        return self.words.get(tag) or self.words[languages.SOURCE.tag]

    def page_of(self, question_id: str) -> Page | None:
        """Return the page on which a question stands."""
        return next((p for p in self.pages if any(q.id == question_id for q in p.questions)), None)


def _pages(document: Document) -> list[Page]:
    groups: list[tuple[str, tuple[Question, ...]]] = []
    for section in document.sections:
        if document.paging == "section":
            groups += [(section.id, section.questions)] if section.questions else []
        else:
            groups += [(section.id, (q,)) for q in section.questions]
    return [Page(i, section_id, questions) for i, (section_id, questions) in enumerate(groups)]


def make(
    document: Document,
    wording: Mapping[str, Wording],
    *,
    version_id: int | None = None,
    wording_revision: int = 0,
    incomplete: Mapping[str, str] | None = None,
) -> Compiled:
    """Return `document` compiled with `wording`, which is {language: {item: {part: text}}} and has the source's."""
    source = wording.get(languages.SOURCE.tag, {})
    words = {tag: Words(tag, texts, source) for tag, texts in wording.items()}
    words.setdefault(languages.SOURCE.tag, Words(languages.SOURCE.tag, source, source))
    return Compiled(version_id, wording_revision, document, words, incomplete or {})


_kept: OrderedDict[int, Compiled] = OrderedDict()
_lock = threading.Lock()


def get(version_id: int, wording_revision: int | None = None) -> Compiled:
    """Return a published version, compiled, from this process's store when it is the present wording.

    Pass the `wording_revision` read together with the fieldwork, and nothing is asked of the database; without it
    one small query asks. Raises NotFoundError.
    """
    if wording_revision is None:
        wording_revision = versions.wording_revision(version_id)
    with _lock:
        found = _kept.get(version_id)
        if found is not None and found.wording_revision == wording_revision:
            _kept.move_to_end(version_id)
            return found
    made = of_version(versions.get_version(version_id))
    with _lock:
        _kept[version_id] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def of_version(version: SurveyVersion) -> Compiled:
    """Return `version` compiled, without keeping it."""
    return make(
        documents.from_json(version.document),
        version.wording,
        version_id=version.id,
        wording_revision=version.wording_revision,
        incomplete=version.incomplete,
    )


def forget() -> None:
    """Empty the store: for tests, where ids come again."""
    with _lock:
        _kept.clear()


def title(words: Words) -> str:
    """Return the title of the survey."""
    return words.text(SURVEY_ITEM, "title")
