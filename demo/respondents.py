"""Made-up answers that hang together with who gives them: what age, caring, disability and language make likelier."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

#: An answer to one questionnaire by the key of each question; None where somebody leaves it out.
Answers = dict[str, Any]
Bands = Mapping[str, Any]

DONT_KNOW = {"special": "dont_know"}
PREFER_NOT = {"special": "prefer_not"}

_YOUNG = {"16-19", "20-24", "25-34"}
_WORKING = {"25-34", "35-44", "45-54", "55-64"}
_OLD = {"75-84", "85+"}
#: How likely somebody invited answers, by age: the same slope that surveys of patients show.
_REPLIES = {"16-19": 0.2, "20-24": 0.22, "25-34": 0.3, "35-44": 0.38, "45-54": 0.45, "55-64": 0.55, "65-74": 0.62}

_WORDS = {
    "en": ("Frustrated", "Grateful", "Tired", "Looked after", "Ignored", "Fine", "Worried", "Lucky"),
    "cy": ("Rhwystredig", "Diolchgar", "Blinedig", "Iawn"),
    "ar": ("محبط", "ممتن", "قلق", "مطمئن"),
}
_MORE_APPOINTMENTS = {
    "en": (
        "I start work at seven and cannot ring at eight.",
        "The receptionist was kind but there was nothing left that day.",
        "Please keep the phone for people like my mother who has no computer.",
        "Online worked well for me, I had an answer within two hours.",
        "I look after my husband and cannot sit on hold for forty minutes.",
        "I tell my story to a new doctor every time.",
    ),
    "cy": ("Mae'n rhaid i mi ffonio ugain gwaith.", "Roedd y ffurflen ar-lein yn hawdd."),
    "ar": ("لا أستطيع شرح مشكلتي بالإنجليزية عبر الهاتف.", "انتظرت طويلًا لكن الطبيب كان لطيفًا."),
}
_MORE_CENTRE = {
    "en": (
        "The bus stops at the door now. Please do not lose that.",
        "I would rather wait longer and have the X-ray in the same building.",
        "Open until ten, that is when children fall ill.",
        "Parking at the hospital is too dear and always full.",
        "There should be a ramp and not only a lift.",
    ),
    "cy": ("Mae angen safle bws wrth y drws.",),
    "ar": ("المهم أن يكون قريبًا من موقف الحافلة.", "نحتاج إلى مترجمين في المساء."),
}


def replies(chance: random.Random, bands: Bands) -> bool:
    """Return whether somebody invited answers at all."""
    odds = _REPLIES.get(bands.get("age_band", ""), 0.5)
    return chance.random() < odds * (1.15 if bands.get("sex") == "female" else 0.95)


def _some(chance: random.Random, odds: Mapping[str, float]) -> list[str]:
    return [value for value, odd in odds.items() if chance.random() < odd]


def _one(chance: random.Random, weights: Mapping[str, float]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _scale(chance: random.Random, middle: float) -> int:
    return min(5, max(1, round(chance.gauss(middle, 1.0))))


def _said(chance: random.Random, odds: float, pool: Mapping[str, tuple[str, ...]], language: str) -> str | None:
    return chance.choice(pool.get(language, pool["en"])) if chance.random() < odds else None


def about_appointments(chance: random.Random, bands: Bands, language: str) -> Answers:
    """Return one person's answers to the survey on GP appointments."""
    age = bands.get("age_band", "")
    carer, disabled = bands.get("carer") == "yes", bands.get("disability") == "yes"
    hard = 0.4 * carer + 0.5 * disabled + 0.5 * (age in _WORKING) - 0.3 * (age in _OLD)
    way = _one(
        chance, {"1": 3 + 2 * (age not in _YOUNG), "2": 1 + 3 * (age in _YOUNG), "3": 0.7, "4": 0.2 + (age in _OLD)}
    )
    problems = _some(
        chance,
        {
            "1": 0.5 if way == "1" else 0.15,
            "2": 0.6 if age in _WORKING or carer else 0.2,
            "3": 0.35 if way == "2" else 0.05,
            "4": 0.45 if disabled or age in _OLD else 0.2,
            "5": 0.45 if language != "en" else 0.02,
        },
    )
    ease = DONT_KNOW if chance.random() < 0.03 else _scale(chance, 3.3 - hard - 0.15 * len(problems))
    best = {"1": 1.5 + (way == "1"), "2": 1 + 2 * (age in _YOUNG), "3": 1 + 1.5 * (age in _OLD), "4": 0.7 + disabled}
    return {
        "ease": ease,
        "way": PREFER_NOT if chance.random() < 0.01 else way,
        "problems": problems or ["6"],
        "days": DONT_KNOW
        if chance.random() < 0.08
        else min(60, int(chance.expovariate(1 / (3 + 4 * hard if hard > 0 else 3)))),
        "best": DONT_KNOW if chance.random() < 0.05 else _one(chance, best),
        "word": _said(chance, 0.6, _WORDS, language),
        "more": _said(chance, 0.35, _MORE_APPOINTMENTS, language),
    }


def about_walk_in_centre(chance: random.Random, bands: Bands, language: str) -> Answers:
    """Return one person's answers to the survey on the walk-in centre."""
    age = bands.get("age_band", "")
    disabled, bus = bands.get("disability") == "yes", age in _YOUNG or age in _OLD
    travel = _one(chance, {"1": 3 - 1.5 * bus, "2": 1 + 1.5 * bus, "3": 1 + (age in _YOUNG), "4": 0.3 + (age in _OLD)})
    important = _some(
        chance,
        {
            "1": 0.75 if travel == "2" else 0.2,
            "2": 0.7 if travel == "1" else 0.1,
            "3": 0.65 if age in _WORKING else 0.3,
            "4": 0.4,
            "5": 0.7 if disabled else 0.12,
        },
    )
    option = _one(chance, {"1": 2 + (age in _OLD), "2": 1 + (travel == "1"), "3": 1 + 1.5 * (travel == "2")})
    return {
        "visits": DONT_KNOW if chance.random() < 0.05 else min(30, int(chance.expovariate(1 / 2.2))),
        "travel": travel,
        "important": important or ["6"],
        "option": DONT_KNOW if chance.random() < 0.08 else option,
        "worry": _scale(chance, 2.4 + 1.1 * (option == "1") + 0.5 * disabled + 0.4 * (age in _OLD)),
        "word": chance.choice(("Same-day centre", "Urgent care hub", "Walk-in")) if chance.random() < 0.2 else None,
        "more": _said(chance, 0.4, _MORE_CENTRE, language),
    }


Answering = Callable[[random.Random, Bands, str], Answers]
