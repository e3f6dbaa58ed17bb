"""The wording of a questionnaire as data: which texts it has, which are translated, and which are out of date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import N_
from i18n import languages
from surveys import types
from surveys.document import SURVEY_ITEM, Document, Question, Section
from surveys.models import Wording

#: (item, part).
Key = tuple[str, str]
SOURCE = languages.SOURCE.tag


@dataclass(frozen=True)
class Text:
    """A text the questionnaire has: where it belongs, and what it is called for authors and translators."""

    item: str
    part: str
    label: str
    needed: bool = True
    long: bool = False

    @property
    def key(self) -> Key:
        return (self.item, self.part)


SURVEY_TEXTS = (
    Text(SURVEY_ITEM, "title", N_("Title of the survey")),
    Text(SURVEY_ITEM, "introduction", N_("Introduction"), needed=False, long=True),
    Text(SURVEY_ITEM, "thanks", N_("Words of thanks at the end"), needed=False, long=True),
)


def texts_of_section(section: Section) -> list[Text]:
    """Return the texts of a section itself."""
    return [
        Text(section.id, "title", N_("Heading of the section"), needed=False),
        Text(section.id, "introduction", N_("Introduction of the section"), needed=False, long=True),
    ]


def texts_of_question(question: Question) -> list[Text]:
    """Return the texts of a question, as its type has them."""
    parts = types.get(question.type).parts(question)
    return [Text(question.id, p.key, p.label, p.needed, p.long) for p in parts]


def texts_of(document: Document) -> list[Text]:
    """Return every text of `document` in order."""
    texts = list(SURVEY_TEXTS)
    for section in document.sections:
        texts += texts_of_section(section)
        for question in section.questions:
            texts += texts_of_question(question)
    return texts


def source_hash(text: str) -> str:
    """Return what a translation remembers of the text it was made from."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Progress:
    """How far one language is. `source_missing` are texts nobody has written even in the source language."""

    total: int
    missing: tuple[Text, ...]
    stale: tuple[Text, ...]

    @property
    def done(self) -> int:
        return self.total - len(self.missing) - len(self.stale)

    @property
    def share(self) -> float:
        return self.done / self.total if self.total else 1.0

    @property
    def complete(self) -> bool:
        return not self.missing and not self.stale


class Book:
    """All the wording of a survey, in some languages or all, with what is taken out of the document too."""

    def __init__(self, rows: Iterable[Wording]) -> None:
        self._rows: dict[tuple[str, str, str], Wording] = {(r.language, r.item, r.part): r for r in rows}

    def row(self, tag: str, item: str, part: str) -> Wording | None:
        """Return the row, or None."""
        return self._rows.get((tag, item, part))

    def text(self, tag: str, item: str, part: str) -> str:
        """Return the text in language `tag`, "" when there is none."""
        row = self._rows.get((tag, item, part))
        return row.text if row else ""

    def source(self, item: str, part: str) -> str:
        """Return the text in the source language."""
        return self.text(SOURCE, item, part)

    def put(self, row: Wording) -> None:
        """Take up a row that was just made."""
        self._rows[(row.language, row.item, row.part)] = row

    def is_stale(self, tag: str, item: str, part: str) -> bool:
        """Return whether a translation was made from another source text than the present one."""
        row = self._rows.get((tag, item, part))
        if tag == SOURCE or row is None or not row.text:
            return False
        return row.source_hash != source_hash(self.source(item, part))

    def progress(self, document: Document, tag: str) -> Progress:
        """Return how far `tag` is for `document`.

        In the source language the needed texts count; in another one every text that the source has.
        """
        if tag == SOURCE:
            asked = [t for t in texts_of(document) if t.needed or self.source(*t.key)]
        else:
            asked = [t for t in texts_of(document) if self.source(*t.key)]
        missing = tuple(t for t in asked if not self.text(tag, *t.key))
        stale = tuple(t for t in asked if self.is_stale(tag, *t.key))
        return Progress(len(asked), missing, stale)

    def published(self, document: Document, tag: str) -> dict[str, dict[str, str]]:
        """Return {item: {part: text}} of what is there and up to date; what is stale would say something else."""
        wording: dict[str, dict[str, str]] = {}
        for text in texts_of(document):
            words = self.text(tag, *text.key)
            if words and not self.is_stale(tag, *text.key):
                wording.setdefault(text.item, {})[text.part] = words
        return wording

    def everything(self, document: Document, tags: Iterable[str]) -> Mapping[str, dict[str, dict[str, str]]]:
        """Return {language: published wording} with the source language."""
        return {tag: self.published(document, tag) for tag in {SOURCE, *tags}}
