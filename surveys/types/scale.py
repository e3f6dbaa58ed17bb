"""A scale of whole numbers with words at both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_decimal, gettext

from core.errors import N_
from surveys.document import Question
from surveys.types.base import (
    SPECIALS,
    Entered,
    Flaw,
    Part,
    QuestionType,
    Setting,
    Summary,
    UnknownChoiceError,
    Words,
)
from surveys.types.single import ChooseOneError


class Scale(QuestionType):
    """Radios with a number each; the first and last also say what they mean. Stores the number."""

    key = "scale"
    name = N_("Scale")
    help = N_("People choose a number. You say what the lowest and the highest number mean.")
    template = "surveys/types/scale.html"
    specials_are_choices = True
    needed = ChooseOneError
    settings = (
        Setting("low", N_("Lowest number"), 1, 0, 1, N_("0 or 1")),
        Setting("high", N_("Highest number"), 5, 2, 10, N_("From 2 to 10. 5 suits most questions.")),
    )

    def parts(self, question: Question) -> list[Part]:
        ends = [Part("low", N_("What the lowest number means")), Part("high", N_("What the highest number means"))]
        return [*super().parts(question), *ends]

    def points(self, question: Question) -> range:
        """Return the numbers shown."""
        return range(self.setting(question, "low"), self.setting(question, "high") + 1)

    def parse(self, question: Question, entered: Entered) -> int | None:
        if not (chosen := entered.chosen):
            return None
        if len(chosen) > 1 or next(iter(chosen)) not in self.all_keys(question):
            raise UnknownChoiceError
        return int(next(iter(chosen)))

    def enter(self, question: Question, value: Any) -> Entered:
        return Entered(chosen=frozenset({str(value)}))

    def show(self, question: Question, value: Any, words: Words) -> str:
        return self.label(question, str(value), words)

    def all_keys(self, question: Question) -> Sequence[str]:
        return [str(n) for n in self.points(question)]

    def label(self, question: Question, key: str, words: Words) -> str:
        if key in SPECIALS:
            return gettext(SPECIALS[key])
        number = format_decimal(int(key))
        points = self.points(question)
        end = {points[0]: "low", points[-1]: "high"}.get(int(key))
        if end is None:
            return number
        # Translators: a point of a scale and what it means, such as “1 – Very hard”
        return gettext("%(number)s – %(meaning)s", number=number, meaning=words.text(question.id, end))

    def export_row(self, question: Question, value: Any, words: Words) -> list[str | int | None]:
        return [value] if isinstance(value, int) else super().export_row(question, value, words)

    def summarise(self, question: Question, tally: Mapping[str, int], answered: int) -> Summary:
        summary = super().summarise(question, tally, answered)
        numbers = {int(k): tally.get(k, 0) for k in self.all_keys(question)}
        people = sum(numbers.values())
        mean = sum(n * count for n, count in numbers.items()) / people if people else None
        return Summary(summary.rows, answered, mean=mean, numbers=people)

    def validate(self, question: Question) -> list[Flaw]:
        flaws = super().validate(question)
        if not flaws and len(self.points(question)) < 3:
            flaws.append(Flaw(N_("A scale needs at least three numbers."), {}, "high"))
        return flaws
