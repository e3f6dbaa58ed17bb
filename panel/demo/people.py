"""Draw made-up people as a real panel would hold them: from the census, with the gaps that real panels have.

Age and sex are drawn jointly, ethnic group and area from their counts. What the census tables at hand do not cross
(religion by ethnic group, disability and caring by age) follows the rough weights below, which are assumptions.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core import clock
from panel.demo.names import BY_GROUP
from panel.models import MemberState, Route
from panel.questions import ETHNIC_BACKGROUNDS, PREFER_NOT

#: How much likelier than in the population a band is on the panel: real panels miss the young.
_LEAN = {"16-19": 0.35, "20-24": 0.45, "25-34": 0.75, "55-64": 1.2, "65-74": 1.7, "75-84": 1.5, "85+": 0.8}
_ETHNIC_LEAN = {"asian": 0.75, "black": 0.85, "white": 1.05}
_DISABLED = {"16-19": 0.1, "20-24": 0.1, "25-34": 0.1, "35-44": 0.12, "45-54": 0.15, "55-64": 0.2, "65-74": 0.25}
_CARERS = {"16-19": 0.03, "20-24": 0.03, "25-34": 0.04, "35-44": 0.06, "45-54": 0.1, "55-64": 0.11}
_FAITHS: dict[str, dict[str, float]] = {
    "indian": {"hindu": 55, "sikh": 15, "muslim": 20, "christian": 4, "no_religion": 5, "other_religion": 1},
    "pakistani": {"muslim": 96, "no_religion": 3, "christian": 1},
    "bangladeshi": {"muslim": 97, "no_religion": 2, "hindu": 1},
    "chinese": {"no_religion": 72, "christian": 15, "buddhist": 13},
    "other_asian": {"muslim": 30, "hindu": 25, "buddhist": 15, "christian": 15, "no_religion": 10, "sikh": 5},
    "african": {"christian": 60, "muslim": 35, "no_religion": 5},
    "arab": {"muslim": 90, "christian": 5, "no_religion": 5},
    "any_other": {"muslim": 45, "christian": 20, "no_religion": 20, "sikh": 10, "other_religion": 5},
}
_OTHER_FAITHS = {"no_religion": 46, "christian": 51, "other_religion": 1, "buddhist": 0.5, "jewish": 0.3, "muslim": 0.6}
_STREETS = ("High Street", "Station Road", "Church Lane", "Mill Lane", "Orchard Close", "Park Road", "Green Lane")
_PLACES = ("Leicester", "Loughborough", "Hinckley", "Melton Mowbray", "Coalville", "Oakham", "Wigston")


@dataclass(frozen=True)
class Person:
    """One made-up person, in the shape of panel.details, with what staff and time would have added."""

    details: dict[str, Any]
    state: str
    source: str
    applied_at: dt.datetime
    groups: tuple[str, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)


class _Wheel:
    """Draws a key in proportion to its weight."""

    def __init__(self, weights: Mapping[Any, float]) -> None:
        self._keys = list(weights)
        self._reach = list(itertools.accumulate(weights.values()))

    def draw(self, chance: random.Random) -> Any:
        return chance.choices(self._keys, cum_weights=self._reach)[0]


@dataclass(frozen=True)
class Population:
    """The counts people are drawn from: `age_band*sex`, the 19 ethnic groups, and area id -> residents."""

    ages: Mapping[str | int, int]
    ethnic: Mapping[str | int, int]
    areas: Mapping[int, float]


def people(count: int, seed: int, population: Population) -> Iterator[Person]:
    """Yield `count` people; the same ones for the same seed, figures and day."""
    chance = random.Random(seed)
    parents = {o.value: parent for parent, q in ETHNIC_BACKGROUNDS.items() for o in q.options}
    ages = _Wheel({key: n * _LEAN.get(str(key).split("*")[0], 1) for key, n in population.ages.items()})
    groups = _Wheel({key: n * _ETHNIC_LEAN.get(parents[str(key)], 1) for key, n in population.ethnic.items()})
    areas = _Wheel(population.areas)
    faiths = {group: _Wheel(weights) for group, weights in _FAITHS.items()}
    for number in range(count):
        band, sex = ages.draw(chance).split("*")
        group = groups.draw(chance)
        faith = faiths.get(group, _OTHERS).draw(chance)
        answers = _answers(chance, band, sex, (parents[group], group), faith)
        yield _person(chance, number, band, sex, group, areas.draw(chance), answers)


_OTHERS = _Wheel(_OTHER_FAITHS)
_ROUTES = _Wheel({Route.EMAIL: 88, Route.TEXT: 5, Route.PHONE: 4, Route.POST: 3})
_ROUTES_OF_THE_OLD = _Wheel({Route.EMAIL: 62, Route.TEXT: 3, Route.PHONE: 14, Route.POST: 21})
_STATES = _Wheel({MemberState.ACTIVE: 94, MemberState.PAUSED: 2.5, MemberState.APPLIED: 2, MemberState.LAPSED: 1.5})


def _birthday(chance: random.Random, band: str) -> dict[str, int]:
    first = int(band.rstrip("+").split("-")[0])
    last = first + 10 if band.endswith("+") else int(band.split("-")[1])
    today = clock.today()
    days = chance.randint(int(first * 365.25) + 2, int((last + 1) * 365.25) - 2)
    born = today - dt.timedelta(days=days)
    return {"year": born.year, "month": born.month, "day": born.day}


def _answers(
    chance: random.Random, band: str, sex: str, ethnic: tuple[str, str], faith: str
) -> dict[str, dict[str, Any]]:
    """Return what the person says to the equality questions; some skip them all, some a few."""
    if chance.random() < 0.03:
        return {}
    parent, group = ethnic
    disabled = chance.random() < _DISABLED.get(band, 0.38)
    caring = chance.random() < _CARERS.get(band, 0.07)
    effect = chance.choice(["a_lot", "a_little", "a_little"]) if disabled else "not_at_all"
    said = {
        "date_of_birth": _birthday(chance, band),
        "condition": "yes" if disabled or chance.random() < 0.1 else "no",
        "condition_effect": effect,
        "ethnic_group": parent,
        ETHNIC_BACKGROUNDS[parent].key: group,
        "religion": faith,
        "sex": sex,
        "gender_identity": "yes",
        "orientation": "straight" if chance.random() < 0.95 else chance.choice(["gay_or_lesbian", "bisexual"]),
        "carer": chance.choice(["up_to_9", "10_to_19", "20_to_34", "50_or_more"]) if caring else "no",
    }
    answers: dict[str, dict[str, Any]] = {}
    for key, value in said.items():
        if chance.random() < (0.005 if key == "sex" else 0.02):
            value = PREFER_NOT
        answers[key] = value if isinstance(value, dict) else {"value": value}
    return answers


def _formats(chance: random.Random, band: str) -> list[str]:
    older = band in {"65-74", "75-84", "85+"}
    odds = {"large_print": 0.09 if older else 0.02, "easy_read": 0.02, "audio": 0.005, "bsl": 0.004, "braille": 0.002}
    return [key for key, odd in odds.items() if chance.random() < odd]


def _language(chance: random.Random, group: str) -> str:
    if group == "arab":
        return "ar" if chance.random() < 0.7 else "en"
    return "ar" if chance.random() < 0.012 else "cy" if chance.random() < 0.008 else "en"


def _person(
    chance: random.Random, number: int, band: str, sex: str, group: str, area: int, answers: dict[str, Any]
) -> Person:
    pools = BY_GROUP[group]
    given = chance.choice(getattr(chance.choice(pools), sex))
    family = chance.choice(chance.choice(pools).family)
    route = (_ROUTES_OF_THE_OLD if band in {"75-84", "85+"} else _ROUTES).draw(chance)
    formats = _formats(chance, band)
    days = int(1100 * chance.random() ** 1.3) + 1
    details = {
        "name": f"{given} {family}",
        "pronouns": "",
        "route": route,
        "email": _address(given, family, number) if route == Route.EMAIL else "",
        "phone": f"07700 900{chance.randrange(1000):03}" if route in {Route.TEXT, Route.PHONE} else "",
        "address": _postal(chance) if route == Route.POST else "",
        "postcode": "",
        "area": area,
        "language": _language(chance, group),
        "formats": formats,
        "large_print_points": chance.choice([18, 20, 24]) if "large_print" in formats else None,
        "support": ["longer_time"] if "easy_read" in formats else ["bsl_interpreter"] if "bsl" in formats else [],
        "consents": {"panel": True, "newsletter": chance.random() < 0.7, "research_contact": chance.random() < 0.45},
    }
    return Person(
        details=details,
        state=_STATES.draw(chance),
        source="online" if route == Route.EMAIL else chance.choice(["paper", "phone", "event"]),
        applied_at=clock.now() - dt.timedelta(days=days, minutes=chance.randrange(1440)),
        groups=_groups(chance, band),
        answers=answers,
    )


def _groups(chance: random.Random, band: str) -> tuple[str, ...]:
    if band in {"16-19", "20-24"} and chance.random() < 0.2:
        return ("citizens_panel", "youth_board")
    return ("citizens_panel", "reader_panel") if chance.random() < 0.04 else ("citizens_panel",)


def _address(given: str, family: str, number: int) -> str:
    """Return an address at example.org, which belongs to nobody (RFC 2606)."""
    plain = unicodedata.normalize("NFKD", f"{given}.{family}").encode("ascii", "ignore").decode()
    return f"{plain.lower()}.{number}@example.org"


def _postal(chance: random.Random) -> str:
    places: Sequence[str] = _PLACES
    return f"{chance.randint(1, 140)} {chance.choice(_STREETS)}\n{chance.choice(places)}"
