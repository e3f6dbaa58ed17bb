"""One choice of several."""

from __future__ import annotations

from typing import Any

from core.errors import N_
from surveys.document import Question
from surveys.types.base import AnswerError, Entered, Flaw, QuestionType, UnknownChoiceError, Words


class ChooseOneError(AnswerError):
    words = N_("Choose an answer to “%(question)s”.")


class SingleChoice(QuestionType):
    """Radios. Stores the value of the option."""

    key = "single"
    name = N_("One choice")
    help = N_("People choose one answer from a list.")
    template = "surveys/types/single.html"
    has_options = True
    specials_are_choices = True
    needed = ChooseOneError

    def parse(self, question: Question, entered: Entered) -> str | None:
        if not (chosen := entered.chosen):
            return None
        if len(chosen) > 1 or question.option(value := next(iter(chosen))) is None:
            raise UnknownChoiceError
        return value

    def enter(self, question: Question, value: Any) -> Entered:
        return Entered(chosen=frozenset({str(value)}))

    def show(self, question: Question, value: Any, words: Words) -> str:
        return words.text(question.id, f"option:{value}")

    def validate(self, question: Question) -> list[Flaw]:
        flaws = super().validate(question)
        if len(question.options) < 2:
            flaws.append(Flaw(N_("Write at least two answers to choose from."), {}, "new_option"))
        return flaws
