"""A whole number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_decimal, gettext

from core.errors import N_
from surveys.document import Question
from surveys.types.base import SPECIALS, AnswerError, Entered, Flaw, QuestionType, Row, Setting, Summary, Words

#: Beyond this a number is a slip of the finger, and a database may not hold it.
LIMIT = 1_000_000_000
#: A result shows at most this many bands of numbers.
BANDS = 10


class NumberNeededError(AnswerError):
    words = N_("Enter a number to answer “%(question)s”.")


class NotWholeError(AnswerError):
    words = N_("The answer to “%(question)s” must be a whole number, such as 3.")


class TooLowError(AnswerError):
    words = N_("The answer to “%(question)s” must be %(low)s or more.")


class TooHighError(AnswerError):
    words = N_("The answer to “%(question)s” must be %(high)s or less.")


class WholeNumber(QuestionType):
    """A short text field for digits of any script. Stores the number."""

    key = "number"
    name = N_("Whole number")
    help = N_("People type a number, such as how many times something happened.")
    template = "surveys/types/number.html"
    needed = NumberNeededError
    settings = (
        Setting("min", N_("Smallest number allowed"), 0, -LIMIT, LIMIT),
        Setting("max", N_("Largest number allowed"), None, -LIMIT, LIMIT, N_("Leave empty if there is none.")),
    )

    def parse(self, question: Question, entered: Entered) -> int | None:
        if not entered.text:
            return None
        # Spaces and commas before groups of three are how people write thousands.
        typed = re.sub(r"(?<=\d)[\s,٬](?=\d{3}(?!\d))", "", entered.text).replace("−", "-")
        if not re.fullmatch(r"-?\d{1,12}", typed):
            raise NotWholeError
        value = int(typed)
        low, high = self._bounds(question)
        if value < low:
            raise TooLowError(low=low)
        if value > high:
            raise TooHighError(high=high)
        return value

    def enter(self, question: Question, value: Any) -> Entered:
        return Entered(text=str(value))

    def show(self, question: Question, value: Any, words: Words) -> str:
        return format_decimal(value)

    def export_row(self, question: Question, value: Any, words: Words) -> list[str | int | None]:
        return [value] if isinstance(value, int) else super().export_row(question, value, words)

    def all_keys(self, question: Question) -> Sequence[str]:
        return []

    def label(self, question: Question, key: str, words: Words) -> str:
        if key in SPECIALS:
            return gettext(SPECIALS[key])
        low, _, high = key.partition("..")
        if not high or low == high:
            return format_decimal(int(low))
        # Translators: a band of numbers, such as “10 to 19”
        return gettext("%(low)s to %(high)s", low=format_decimal(int(low)), high=format_decimal(int(high)))

    def summarise(self, question: Question, tally: Mapping[str, int], answered: int) -> Summary:
        numbers = sorted((int(k), count) for k, count in tally.items() if k not in SPECIALS)
        people = sum(count for _, count in numbers)
        mean = sum(n * count for n, count in numbers) / people if people else None
        specials = [Row(s, tally.get(s, 0)) for s in question.specials]
        return Summary((*_bands(numbers), *specials), answered, mean=mean, numbers=people)

    def validate(self, question: Question) -> list[Flaw]:
        flaws = super().validate(question)
        low, high = self._bounds(question)
        if low >= high:
            flaws.append(Flaw(N_("The largest number must be more than the smallest."), {}, "max"))
        return flaws

    def _bounds(self, question: Question) -> tuple[int, int]:
        high = self.setting(question, "max")
        return self.setting(question, "min"), LIMIT if high is None else high


def _bands(numbers: Sequence[tuple[int, int]]) -> list[Row]:
    """Return `numbers` (number, people) as they are when few are different, else in bands of one round width."""
    if not numbers:
        return []
    low, high = numbers[0][0], numbers[-1][0]
    width = next(w * 10**e for e in range(12) for w in (1, 2, 5) if (high - low) // (w * 10**e) < BANDS)
    counts: dict[int, int] = {}
    for number, count in numbers:
        start = number // width * width
        counts[start] = counts.get(start, 0) + count
    starts = range(low // width * width, high + 1, width)
    return [Row(f"{start}..{start + width - 1}", counts.get(start, 0)) for start in starts]
