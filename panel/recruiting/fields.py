"""What a row of a partner's list says: columns as fields, and cells as the answers our own pages would have given.

Nothing is guessed. A column means what staff said it means; an answer is taken when it is written exactly as ours, or
as staff said how to read it. Everything else refuses the row, with the reason and the column.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from core import clock, config
from core.errors import N_
from core.forms import strip
from i18n import languages, negotiation
from panel import bands, questions
from panel.consents import PURPOSES
from panel.details import Details
from panel.forms.fields import is_email, is_phone, is_postcode
from panel.models import Route
from panel.questions import PREFER_NOT
from panel.steps.contact import ROUTES
from panel.steps.needs import FORMATS

LEAVE_OUT = ""
#: What staff say of an answer that is none of ours.
BLANK, REFUSE = "-", "!"
#: More different answers than this are no answers to a question.
MOST_ANSWERS = 60

_YES_NO = {"yes": N_("Yes"), "no": N_("No")}
#: Fields whose cells are texts.
TEXTS: dict[str, str] = {
    "name": N_("Name"),
    "pronouns": N_("Pronouns"),
    "email": N_("E-mail address"),
    "phone": N_("Phone number"),
    "address": N_("Address, or a line of it"),
    "postcode": N_("Postcode"),
    "support_text": N_("Support the person needs"),
    "date_of_birth": N_("Date of birth"),
    "year_of_birth": N_("Year of birth"),
    "consent_date": N_("Day on which the person agreed"),
}
_LONGEST = {"name": 120, "pronouns": 60, "support_text": 500}
#: Orders in which dates are written; 1985-03-27 is understood in any case.
DATES: dict[str, str] = {
    "dmy": N_("Day, month, year: 27/3/1985"),
    "mdy": N_("Month, day, year: 3/27/1985"),
    "iso": N_("Year, month, day: 1985-03-27"),
}
_PARTED = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?")


def choices(areas: Sequence[tuple[str, str]] = ()) -> dict[str, dict[str, str]]:
    """Return field -> answer -> its words, for every field whose cells are one of several answers.

    `areas` are (id, name). Their names are as they are; all other words are marked with N_.
    """
    asked = {
        q.key: {o.value: o.label for o in q.options} | {PREFER_NOT: N_("Prefer not to say")}
        for q in questions.QUESTIONS
        if q is not questions.DATE_OF_BIRTH
    }
    return {
        "route": dict(ROUTES),
        "language": {language.tag: language.name for language in languages.LANGUAGES},
        "area": dict(areas),
        "formats": dict(FORMATS),
        "agrees_panel": _YES_NO,
        "agrees_newsletter": _YES_NO,
        "agrees_research_contact": _YES_NO,
        **asked,
    }


def labels() -> dict[str, str]:
    """Return field -> what it is called, in the order of joining, the words marked with N_."""
    asked = {q.key: q.text for q in questions.QUESTIONS if q is not questions.DATE_OF_BIRTH}
    return {
        LEAVE_OUT: N_("Leave this column out"),
        **TEXTS,
        "route": N_("How to keep in touch"),
        "area": N_("Area"),
        "language": N_("Language"),
        "formats": N_("A format the person needs"),
        **{f"agrees_{p.key}": p.title for p in PURPOSES.values()},
        **asked,
    }


#: Several columns may be a line of the address, or a format; all else stands in one.
REPEATABLE = frozenset({LEAVE_OUT, "address", "formats"})


#: Without one of these nobody of a list could be reached.
PLACES_FIRST = frozenset({"email", "phone", "address"})


def plain(text: str) -> str:
    """Return the form in which two spellings of one answer are equal."""
    return " ".join(text.split()).casefold()


@functools.cache
def _vocabulary(field: str) -> Mapping[str, str]:
    """Return plain text -> answer for what needs no telling: our own keys, and our words in every language."""
    known: dict[str, str] = {}
    for answer, label in choices()[field].items():
        known[plain(answer)] = answer
        for language in languages.LANGUAGES:
            with negotiation.speaking(language.tag):
                known[plain(gettext(label))] = answer
        known[plain(label)] = answer
    if field == "language":
        known |= {plain(language.english_name): language.tag for language in languages.LANGUAGES}
    return known


def known_answer(field: str, text: str, areas: Sequence[tuple[str, str]] = ()) -> str | None:
    """Return the answer that `text` is written exactly like, None when somebody has to say what it means."""
    if field == "area":
        return {plain(name): key for key, name in areas}.get(plain(text))
    return _vocabulary(field).get(plain(text))


def suggested(heading: str) -> str:
    """Return the field whose name a heading is, letter by letter; offered to staff, who decide."""
    return _headings().get(plain(heading), LEAVE_OUT)


@functools.cache
def _headings() -> Mapping[str, str]:
    named = {plain(label): field for field, label in labels().items() if field}
    named |= {plain(field.replace("_", " ")): field for field in labels() if field}
    named |= {plain(q.short): q.key for q in questions.QUESTIONS if q.applies_when is None and q.options}
    spellings = {"e-mail": "email", "telephone": "phone", "mobile": "phone", "post code": "postcode"}
    return named | spellings | {"dob": "date_of_birth"}


class RefusedError(Exception):
    """A row is not taken in: `reason` is a key of panel.recruiting.reasons, `column` where, None for the whole row."""

    def __init__(self, reason: str, column: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


@dataclass(frozen=True)
class Plan:
    """How the columns of one file are to be understood."""

    fields: Sequence[str]
    dates: str = "dmy"
    #: Column -> plain text -> answer, BLANK or REFUSE.
    values: Mapping[int, Mapping[str, str]] | None = None
    language: str = languages.SOURCE.tag
    #: The area of those whose row names none, and areas by their id.
    area: int | None = None
    areas: Sequence[tuple[str, str]] = ()
    #: True when consent was given on a day that stands in each row.
    dated: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any], areas: Sequence[tuple[str, str]]) -> Plan:
        """Return it from what an import keeps."""
        return cls(
            fields=kept["fields"],
            dates=kept.get("dates", "dmy"),
            values={int(column): values for column, values in kept.get("values", {}).items()},
            language=kept.get("language", languages.SOURCE.tag),
            area=kept.get("area"),
            areas=areas,
            dated="consent_date" in kept["fields"],
        )


@dataclass(frozen=True)
class Understood:
    """A row as our own pages would have had it, and the day its person agreed where the row says so."""

    details: Details
    agreed_on: dt.date | None


class Understanding:
    """Understands the rows of one file."""

    def __init__(self, mapping: Plan, find_area: Callable[[str], int | None]) -> None:
        self._mapping = mapping
        self._find_area = find_area
        self._youngest = config.settings().minimum_age
        self._places: dict[str, list[int]] = {}
        for column, field in enumerate(mapping.fields):
            if field:
                self._places.setdefault(field, []).append(column)

    def understand(self, cells: Sequence[str]) -> Understood:
        """Return what a row says. Raises RefusedError."""
        if len(cells) > len(self._mapping.fields):
            raise RefusedError("longer")
        row = _Row(self._mapping, self._places, cells)
        about = self._about(row)
        said = {purpose: row.answer(f"agrees_{purpose}") for purpose in PURPOSES}
        if "agrees_panel" in self._places and said["panel"] != "yes":
            raise RefusedError("no_consent", self._places["agrees_panel"][0])
        details: Details = {
            **{field: row.text(field) for field in ("name", "pronouns", "support_text")},
            **self._contact(row),
            "language": row.answer("language") or self._mapping.language,
            "formats": row.answers("formats"),
            "about": about,
            # Nobody is recorded as having said no to what they were not asked.
            "consents": {purpose: word == "yes" for purpose, word in said.items() if word} | {"panel": True},
        }
        return Understood(details, self._agreed_on(row))

    def _contact(self, row: _Row) -> Details:
        email, phone = row.text("email"), row.text("phone")
        address = "\n".join(row.texts("address"))
        if email and not is_email(email):
            raise RefusedError("email", row.column("email"))
        _check_phone(phone, row.column("phone"))
        # “1 High St” is short, and with the postcode that stands in another column a whole address.
        if address and not 10 <= len(address + row.text("postcode")) <= 500:
            raise RefusedError("address", row.column("address"))
        route = row.answer("route") or _route(email, phone, address)
        needs = {Route.EMAIL: email, Route.TEXT: phone, Route.PHONE: phone, Route.POST: address}[Route(route)]
        if not needs:
            missing = {Route.EMAIL: "needs_email", Route.POST: "needs_address"}.get(Route(route), "needs_phone")
            raise RefusedError(missing, row.column("route"))
        return {"email": email, "phone": phone, "address": address, "route": route, **self._place(row)}

    def _place(self, row: _Row) -> Details:
        typed = row.text("postcode")
        if typed and not is_postcode(typed):
            raise RefusedError("postcode", row.column("postcode"))
        code = "".join(typed.split()).upper()
        found = self._find_area(code) if code else None
        said = row.answer("area")
        return {
            "postcode": f"{code[:-3]} {code[-3:]}" if code else "",
            "area": found or (int(said) if said else self._mapping.area),
        }

    def _about(self, row: _Row) -> dict[str, Any]:
        answers: dict[str, Any] = {}
        born = self._born(row)
        if born:
            answers["date_of_birth"] = born
        for question in questions.QUESTIONS:
            if question.options and question.key in self._places and (answer := row.answer(question.key)):
                answers[question.key] = {"value": answer}
        return questions.keep_what_applies(answers)

    def _born(self, row: _Row) -> dict[str, int | None] | None:
        column = row.column("date_of_birth")
        if text := row.text("date_of_birth"):
            day = read_date(text, self._mapping.dates)
            if day is None or not clock.today().year - 125 <= day.year or day > clock.today():
                raise RefusedError("date", column)
            born: dict[str, int | None] = {"year": day.year, "month": day.month, "day": day.day}
        elif text := row.text("year_of_birth"):
            column = row.column("year_of_birth")
            if not re.fullmatch(r"\d{4}", text) or not clock.today().year - 125 <= int(text) <= clock.today().year:
                raise RefusedError("date", column)
            born = {"year": int(text), "month": None, "day": None}
        else:
            return None
        oldest = bands.age_on(clock.today(), born | {"month": born["month"] or 1, "day": born["day"] or 1})
        if oldest is not None and oldest < self._youngest:
            raise RefusedError("too_young", column)
        return born

    def _agreed_on(self, row: _Row) -> dt.date | None:
        if not self._mapping.dated:
            return None
        column = row.column("consent_date")
        text = row.text("consent_date")
        if not text:
            raise RefusedError("no_date", column)
        day = read_date(text, self._mapping.dates)
        if day is None:
            raise RefusedError("date", column)
        if not clock.today() - dt.timedelta(days=3653) <= day <= clock.today():
            raise RefusedError("future", column)
        return day


class _Row:
    """The cells of one row, by field."""

    def __init__(self, mapping: Plan, places: Mapping[str, list[int]], cells: Sequence[str]) -> None:
        self._mapping, self._places, self._cells = mapping, places, cells

    def column(self, field: str) -> int | None:
        """Return where `field` stands."""
        return next(iter(self._places.get(field, ())), None)

    def texts(self, field: str) -> list[str]:
        """Return what its columns hold, without empty ones. Raises RefusedError."""
        found = []
        for column in self._places.get(field, ()):
            text = strip(self._cells[column]) or ""
            if text.startswith("="):
                raise RefusedError("formula", column)
            if len(text) > _LONGEST.get(field, 500):
                raise RefusedError("too_long", column)
            if text:
                found.append(text)
        return found

    def text(self, field: str) -> str:
        """Return what its column holds."""
        return next(iter(self.texts(field)), "")

    def answers(self, field: str) -> list[str]:
        """Return the answers its columns hold. Raises RefusedError for one that nobody said the meaning of."""
        found = []
        for column in self._places.get(field, ()):
            text = strip(self._cells[column]) or ""
            if text.startswith("="):
                raise RefusedError("formula", column)
            if text and (answer := self._answer(field, column, text)) != BLANK:
                found.append(answer)
        return list(dict.fromkeys(found))

    def answer(self, field: str) -> str:
        """Return the answer its column holds, empty when there is none."""
        return next(iter(self.answers(field)), "")

    def _answer(self, field: str, column: int, text: str) -> str:
        told = (self._mapping.values or {}).get(column, {}).get(plain(text))
        if told == REFUSE:
            raise RefusedError("refused", column)
        answer = told or known_answer(field, text, self._mapping.areas)
        if answer is None:
            raise RefusedError("value", column)
        return answer


def _check_phone(phone: str, column: int | None) -> None:
    if phone and re.fullmatch(r"[1-9]\d{9}", phone):
        raise RefusedError("phone_zero", column)
    if phone and not is_phone(phone):
        raise RefusedError("phone", column)


def _route(email: str, phone: str, address: str) -> str:
    """Return how to keep in touch with somebody whose list does not say: the page says this rule."""
    for route, reached in ((Route.EMAIL, email), (Route.PHONE, phone), (Route.POST, address)):
        if reached:
            return route
    raise RefusedError("no_route")


def read_date(text: str, order: str) -> dt.date | None:
    """Return the date that `text` is in the order told, None when it is none."""
    try:
        if found := _ISO.fullmatch(text):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if (found := _PARTED.fullmatch(text)) and order in {"dmy", "mdy"}:
            first, second, year = int(found[1]), int(found[2]), int(found[3])
            day, month = (first, second) if order == "dmy" else (second, first)
            return dt.date(year, month, day)
    except ValueError:
        return None
    return None
