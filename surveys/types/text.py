"""Short and long text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from core.errors import N_
from surveys.document import Question
from surveys.types.base import SPECIALS, AnswerError, Entered, QuestionType, Setting, Summary, Words

#: The one counting key: how many wrote something.
WROTE = "wrote"


class TooLongError(AnswerError):
    words = N_("The answer to “%(question)s” must be %(limit)s characters or fewer. You wrote %(length)s.")


class WriteError(AnswerError):
    words = N_("Write an answer to “%(question)s”.")


class _Text(QuestionType):
    needed = WriteError

    def parse(self, question: Question, entered: Entered) -> str | None:
        limit = self.setting(question, "limit")
        if len(entered.text) > limit:
            raise TooLongError(limit=limit, length=len(entered.text))
        return entered.text or None

    def enter(self, question: Question, value: Any) -> Entered:
        return Entered(text=value)

    def show(self, question: Question, value: Any, words: Words) -> str:
        return value

    def keys(self, question: Question, value: Any) -> Sequence[str]:
        return [WROTE]

    def all_keys(self, question: Question) -> Sequence[str]:
        return [WROTE]

    def label(self, question: Question, key: str, words: Words) -> str:
        return gettext(SPECIALS[key]) if key in SPECIALS else gettext("Wrote an answer")

    def summarise(self, question: Question, tally: Mapping[str, int], answered: int) -> Summary:
        summary = super().summarise(question, tally, answered)
        return Summary(summary.rows, answered, free_text=True)


class ShortText(_Text):
    """One line. Stores the text."""

    key = "short_text"
    name = N_("Short text")
    help = N_("People write a few words on one line.")
    template = "surveys/types/short_text.html"
    settings = (Setting("limit", N_("Most characters allowed"), 200, 10, 500),)

    def parse(self, question: Question, entered: Entered) -> str | None:
        return super().parse(question, Entered(text=" ".join(entered.text.split())))


class LongText(_Text):
    """Several lines, with a limit that is said and counted. Stores the text."""

    key = "long_text"
    name = N_("Long text")
    help = N_("People write in their own words, on several lines.")
    template = "surveys/types/long_text.html"
    settings = (Setting("limit", N_("Most characters allowed"), 2000, 50, 10_000),)
