"""Several choices, of which some may rule out the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import N_
from surveys.document import Question
from surveys.types.base import AnswerError, Entered, Flaw, QuestionType, Summary, UnknownChoiceError, Words


class ChooseSomeError(AnswerError):
    words = N_("Choose at least one answer to “%(question)s”.")


class ExclusiveError(AnswerError):
    words = N_("One answer you chose for “%(question)s” cannot go with others. Untick it, or untick the others.")


class SeveralChoices(QuestionType):
    """Checkboxes. Stores a list of the values of options, in the order they are shown."""

    key = "multiple"
    name = N_("Several choices")
    help = N_("People choose as many answers from a list as they like.")
    template = "surveys/types/multiple.html"
    has_options = True
    may_exclude = True
    specials_are_choices = True
    needed = ChooseSomeError

    def _read(self, question: Question, entered: Entered) -> Any:
        if len(entered.chosen) > 1 and any(s in entered.chosen for s in question.specials):
            raise ExclusiveError
        return super()._read(question, entered)

    def parse(self, question: Question, entered: Entered) -> list[str] | None:
        if not (chosen := entered.chosen):
            return None
        options = [o for o in question.options if o.value in chosen]
        if len(options) != len(chosen):
            raise UnknownChoiceError
        if len(options) > 1 and any(o.exclusive for o in options):
            raise ExclusiveError
        return [o.value for o in options]

    def enter(self, question: Question, value: Any) -> Entered:
        return Entered(chosen=frozenset(map(str, value)))

    def show(self, question: Question, value: Any, words: Words) -> str:
        return "\n".join(words.text(question.id, f"option:{v}") for v in value)

    def keys(self, question: Question, value: Any) -> Sequence[str]:
        return list(value)

    def validate(self, question: Question) -> list[Flaw]:
        flaws = super().validate(question)
        if len(question.options) < 2:
            flaws.append(Flaw(N_("Write at least two answers to choose from."), {}, "new_option"))
        return flaws

    def export_columns(self, question: Question, words: Words) -> list[str]:
        heading = words.text(question.id, "text")
        return [f"{heading} – {self.label(question, key, words)}" for key in self._export_keys(question)]

    def export_row(self, question: Question, value: Any, words: Words) -> list[str | int | None]:
        keys = self._export_keys(question)
        if value is None:
            return [None] * len(keys)
        chosen = set(self.count_keys(question, value))
        return [int(key in chosen) for key in keys]

    def summarise(self, question: Question, tally: Mapping[str, int], answered: int) -> Summary:
        summary = super().summarise(question, tally, answered)
        return Summary(summary.rows, answered, several=True)

    def _export_keys(self, question: Question) -> list[str]:
        return [*self.all_keys(question), *question.specials]
