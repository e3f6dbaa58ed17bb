"""What every question type is: the base class to subclass, and the small values it gives and takes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask_babel import gettext

from core.errors import N_, DomainError
from core.forms import strip
from surveys.document import Question

#: Answers that are not an answer to what was asked. Stored as {"special": key}.
SPECIALS: dict[str, str] = {"dont_know": N_("I do not know"), "prefer_not": N_("Prefer not to say")}


class FormData(Protocol):
    """What a type reads from: werkzeug's form, or anything with `getlist`."""

    def getlist(self, key: str) -> list[str]: ...


class Words(Protocol):
    """The wording in one language, as a type needs it."""

    def text(self, item: str, part: str) -> str: ...


class AnswerError(DomainError):
    """What was entered is not an answer. `words` may use %(question)s, the question's text."""


class AnswerNeededError(AnswerError):
    words = N_("Answer the question “%(question)s”.")


class UnknownChoiceError(AnswerError):
    words = N_("Choose one of the answers shown for “%(question)s”.")


class TwoAnswersError(AnswerError):
    words = N_("Give an answer to “%(question)s”, or tick a box below it. Do not do both.")


@dataclass(frozen=True)
class Entered:
    """What stands in the controls: shown again as it was typed, right or wrong."""

    text: str = ""
    chosen: frozenset[str] = frozenset()

    def checked(self, value: str) -> str:
        """Return the attribute of a radio or box with `value`, for templates."""
        return " checked" if value in self.chosen else ""


@dataclass(frozen=True)
class Reading:
    """What a form said to one question. `value` is what is stored, None when nothing was answered or it was wrong."""

    value: Any
    error: AnswerError | None
    entered: Entered


@dataclass(frozen=True)
class Part:
    """A piece of wording an item has. `needed`: the question cannot be asked without it."""

    key: str
    label: str
    needed: bool = True
    long: bool = False


@dataclass(frozen=True)
class Setting:
    """A whole number the author may set for a question of a type, such as the longest answer."""

    key: str
    label: str
    default: int | None
    low: int
    high: int
    hint: str = ""


@dataclass(frozen=True)
class Flaw:
    """Why a question cannot be asked yet: words with named placeholders, translated where they are shown."""

    words: str
    params: Mapping[str, Any]
    #: The form field it belongs to, if one does.
    field: str = ""


@dataclass(frozen=True)
class Row:
    """How many people an answer was counted for. `key` becomes words through `QuestionType.label`."""

    key: str
    count: int


@dataclass(frozen=True)
class Summary:
    """The counts of one question. Nothing here is suppressed yet: results do that."""

    rows: tuple[Row, ...]
    #: People who answered, with those who chose a special answer.
    answered: int
    #: One person may be counted in several rows.
    several: bool = False
    #: Of the numbers given, where numbers were asked for; over `numbers` people.
    mean: float | None = None
    numbers: int = 0
    #: Rows only say how many wrote something; the texts are read one by one.
    free_text: bool = False


class QuestionType:
    """Base of the question types. To add one: a subclass in a file here, its template, a line in the registry."""

    #: Stored in documents: never change it.
    key: str
    #: Its name for authors, marked with N_.
    name: str
    #: When to use it, in one sentence for authors, marked with N_.
    help: str
    #: The template of its controls, under templates/surveys/types/. Gets question, words, entered, error and heading.
    template: str
    #: Whether authors write options.
    has_options = False
    #: Whether an option may rule out the others.
    may_exclude = False
    #: Whole numbers the author may set.
    settings: tuple[Setting, ...] = ()
    #: What is said when a required question has no answer.
    needed: type[AnswerError] = AnswerNeededError
    #: The special answers are choices beside the others, not boxes below a text field.
    specials_are_choices = False

    #: Override these three to make a type. ------------------------------------------------------------------

    def parse(self, question: Question, entered: Entered) -> Any:
        """Return what to store for `entered`, None for nothing; raises AnswerError. Special answers never get here."""
        raise NotImplementedError

    def enter(self, question: Question, value: Any) -> Entered:
        """Return what stands in the controls for a stored `value` that is not special: the opposite of `parse`."""
        raise NotImplementedError

    def show(self, question: Question, value: Any, words: Words) -> str:
        """Return a stored `value` that is not special in words, as on “Check your answers”."""
        raise NotImplementedError

    #: Override these where the plain way does not fit. ------------------------------------------------------

    def parts(self, question: Question) -> list[Part]:
        """Return the wording a question of this type has, in the order it is written."""
        options = [Part(f"option:{o.value}", N_("Answer")) for o in question.options] if self.has_options else []
        return [Part("text", N_("Question")), Part("hint", N_("Hint"), needed=False, long=True), *options]

    def validate(self, question: Question) -> list[Flaw]:
        """Return why `question` cannot be asked yet."""
        flaws = []
        for setting in self.settings:
            value = question.settings.get(setting.key)
            if value is not None and not setting.low <= value <= setting.high:
                words = N_("Enter a whole number from %(low)s to %(high)s.")
                flaws.append(Flaw(words, {"low": setting.low, "high": setting.high}, setting.key))
        return flaws

    def keys(self, question: Question, value: Any) -> Sequence[str]:
        """Return under which keys an answer that is not special is counted."""
        return [str(value)]

    def all_keys(self, question: Question) -> Sequence[str]:
        """Return the keys of every possible answer but the special ones, in order."""
        return [o.value for o in question.options]

    def label(self, question: Question, key: str, words: Words) -> str:
        """Return what a counting key stands for, in words."""
        if key in SPECIALS:
            return gettext(SPECIALS[key])
        return words.text(question.id, f"option:{key}")

    def export_columns(self, question: Question, words: Words) -> list[str]:
        """Return the headings of this question's columns in an export."""
        return [words.text(question.id, "text")]

    def export_row(self, question: Question, value: Any, words: Words) -> list[str | int | None]:
        """Return the cells under `export_columns` for a stored `value`, None where there is nothing."""
        return [None if value is None else self.display(question, value, words)]

    def summarise(self, question: Question, tally: Mapping[str, int], answered: int) -> Summary:
        """Return the counts of `tally` (key -> people, as `count_keys` gives them) in the order of the answers."""
        keys = [*self.all_keys(question), *question.specials]
        return Summary(tuple(Row(k, tally.get(k, 0)) for k in keys), answered)

    #: The same for every type. ------------------------------------------------------------------------------

    def setting(self, question: Question, key: str) -> Any:
        """Return what the author set, or the default."""
        default = next(s.default for s in self.settings if s.key == key)
        value = question.settings.get(key)
        return default if value is None else value

    def entered_in(self, question: Question, form: FormData) -> Entered:
        """Return what the controls of `question` held when `form` was sent."""
        typed = [tidy(v) for v in form.getlist(question.id)]
        if self.specials_are_choices:
            return Entered(chosen=frozenset(v for v in typed if v))
        return Entered(typed[0] if typed else "", frozenset(form.getlist(f"{question.id}-special")))

    def read(self, question: Question, form: FormData) -> Reading:
        """Return what `form` says to `question`."""
        entered = self.entered_in(question, form)
        try:
            value = self._read(question, entered)
        except AnswerError as error:
            return Reading(None, error, entered)
        if value is None and question.required:
            return Reading(None, self.needed(), entered)
        return Reading(value, None, entered)

    def _read(self, question: Question, entered: Entered) -> Any:
        special = [s for s in question.specials if s in entered.chosen]
        if not special:
            return self.parse(question, entered)
        if entered.text or entered.chosen != {special[0]}:
            raise TwoAnswersError
        return {"special": special[0]}

    def entered_for(self, question: Question, value: Any) -> Entered:
        """Return what stands in the controls for a stored `value`; nothing for None."""
        if value is None:
            return Entered()
        special = special_of(value)
        return Entered(chosen=frozenset({special})) if special else self.enter(question, value)

    def display(self, question: Question, value: Any, words: Words) -> str:
        """Return a stored `value` in words; "" for None."""
        if value is None:
            return ""
        special = special_of(value)
        return gettext(SPECIALS[special]) if special else self.show(question, value, words)

    def count_keys(self, question: Question, value: Any) -> Sequence[str]:
        """Return under which keys a stored `value` is counted; none for None."""
        if value is None:
            return []
        special = special_of(value)
        return [special] if special else self.keys(question, value)

    def summarise_values(self, question: Question, values: Iterable[Any]) -> Summary:
        """Return the counts of stored `values`, read one at a time."""
        tally: Counter[str] = Counter()
        answered = 0
        for value in values:
            if value is not None:
                answered += 1
                tally.update(self.count_keys(question, value))
        return self.summarise(question, tally, answered)


def special_of(value: Any) -> str:
    """Return the key of a special answer, "" when `value` is an ordinary one."""
    return str(value["special"]) if isinstance(value, dict) and value.get("special") in SPECIALS else ""


def tidy(text: str) -> str:
    """Return typed text as it is kept: no control characters, one kind of line end, one way to write each letter."""
    return unicodedata.normalize("NFC", strip(text) or "")
