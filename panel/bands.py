"""Coarse categories of people: what representativeness is measured by, and all of a profile that leaves its store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import N_
from core.prepared import Prepared
from panel import questions
from panel.models import Area, Member, Profile
from panel.questions import PREFER_NOT

#: Age bands in order: (first age, key). The last has no end.
_AGES: tuple[tuple[int, str], ...] = (
    (0, "0-15"),
    (16, "16-19"),
    (20, "20-24"),
    (25, "25-34"),
    (35, "35-44"),
    (45, "45-54"),
    (55, "55-64"),
    (65, "65-74"),
    (75, "75-84"),
    (85, "85+"),
)


@dataclass(frozen=True)
class Feature:
    """Something people are counted by: its name, and its categories in order, each with a label marked with N_."""

    key: str
    label: str
    categories: Mapping[str, str]


def _labels(key: str) -> dict[str, str]:
    return {o.value: o.label for o in questions.BY_KEY[key].options}


def _ethnic_labels() -> dict[str, str]:
    return {o.value: o.label for q in questions.ETHNIC_BACKGROUNDS.values() for o in q.options}


_AGE_LABELS = {
    "16-19": N_("16 to 19"),
    "20-24": N_("20 to 24"),
    "25-34": N_("25 to 34"),
    "35-44": N_("35 to 44"),
    "45-54": N_("45 to 54"),
    "55-64": N_("55 to 64"),
    "65-74": N_("65 to 74"),
    "75-84": N_("75 to 84"),
    "85+": N_("85 or over"),
}

#: Every feature but the area, whose categories are rows of the table of areas.
FEATURES: dict[str, Feature] = {
    f.key: f
    for f in (
        Feature("age_band", N_("Age"), _AGE_LABELS),
        Feature("sex", N_("Sex"), _labels("sex")),
        Feature("ethnic_group_5", N_("Ethnic group"), _labels("ethnic_group")),
        Feature("ethnic_group_19", N_("Ethnic group in detail"), _ethnic_labels()),
        Feature("disability", N_("Disability"), {"yes": N_("Disabled"), "no": N_("Not disabled")}),
        Feature("religion", N_("Religion"), _labels("religion")),
        Feature("carer", N_("Unpaid carers"), {"yes": N_("Carer"), "no": N_("Not a carer")}),
    )
}


def age_on(day: dt.date, born: Mapping[str, int | None]) -> int | None:
    """Return the age on `day` of somebody born in `born` ({year, month, day}, parts may be None), None without a year.

    Where month or day are not known the person is taken to be born in the middle of what is known.
    """
    year = born.get("year")
    if not year:
        return None
    month = born.get("month") or 7
    date = (month, born.get("day") or (15 if born.get("month") else 1))
    return day.year - year - ((day.month, day.day) < date)


def surely_younger(born: Mapping[str, Any], age: int) -> bool:
    """Return whether somebody is younger than `age` today however the parts of `born` they left out are filled in."""
    oldest = {"year": born.get("year"), "month": born.get("month") or 1, "day": born.get("day") or 1}
    reached = age_on(clock.today(), oldest)
    return reached is not None and reached < age


def _age_band(answer: Mapping[str, Any] | None, today: dt.date) -> str | None:
    if answer is None:
        return None
    if answer.get("value") == PREFER_NOT:
        return PREFER_NOT
    age = age_on(today, answer)
    return None if age is None or age < 0 else [key for first, key in _AGES if age >= first][-1]


def _value(answers: Mapping[str, Any], key: str) -> str | None:
    return (answers.get(key) or {}).get("value")


def _disability(answers: Mapping[str, Any]) -> str | None:
    """Return the Equality Act's sense, as the census counts it: a lasting condition that limits daily life."""
    condition = _value(answers, "condition")
    if condition != "yes":
        return condition
    effect = _value(answers, "condition_effect")
    return {"a_lot": "yes", "a_little": "yes", "not_at_all": "no"}.get(effect or "", effect)


def _ethnic_detail(answers: Mapping[str, Any]) -> str | None:
    group = _value(answers, "ethnic_group")
    if group in (None, PREFER_NOT):
        return group
    return _value(answers, questions.ETHNIC_BACKGROUNDS[group or ""].key)


def _carer(answers: Mapping[str, Any]) -> str | None:
    said = _value(answers, "carer")
    return said if said in (None, PREFER_NOT, "no") else "yes"


def from_answers(answers: Mapping[str, Any], today: dt.date) -> dict[str, str | None]:
    """Return feature -> category, for the columns of Profile; None where nothing was answered."""
    return {
        "age_band": _age_band(answers.get("date_of_birth"), today),
        "sex": _value(answers, "sex"),
        "ethnic_group_5": _value(answers, "ethnic_group"),
        "ethnic_group_19": _ethnic_detail(answers),
        "disability": _disability(answers),
        "religion": _value(answers, "religion"),
        "carer": _carer(answers),
    }


def for_members(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return member id -> {feature: category} with `area`, the id of the place (level 2) the person lives in.

    What was not answered, or not to be said, is left out; so is an area known only as the whole system.
    Meant for a chunk of at most some thousand.
    """
    rows = db.session.execute(select_features(Member.id, FEATURES).where(Member.id.in_(list(ids))))
    return {member_id: _known(place, bands) for member_id, place, *bands in rows}


def for_member(member_id: int) -> dict[str, Any]:
    """Return what `for_members` does, for one person: whenever somebody sends their answers."""
    row = _OF_MEMBER.first({"member_id": member_id})
    return {} if row is None else _known(row[1], row[2:])


def _known(place: int | None, bands: Iterable[Any]) -> dict[str, Any]:
    return {k: v for k, v in zip([*FEATURES, "area"], [*bands, place], strict=True) if v not in (None, PREFER_NOT)}


def select_features(first: Any, features: Iterable[str], *, place: bool = True) -> sa.Select[Any]:
    """Return a SELECT of `first`, of `area` (a member's place, unless not wanted), and of the other `features`."""
    own = [getattr(Profile, key) for key in features if key != "area"]
    if not place:
        return sa.select(first, *own).select_from(Member).outerjoin(Profile, Profile.member_id == Member.id)
    area, parent = sa.orm.aliased(Area), sa.orm.aliased(Area)
    found = sa.case((area.level == 2, area.id), (parent.level == 2, parent.id)).label("area")
    return (
        sa.select(first, found, *own)
        .select_from(Member)
        .outerjoin(Profile, Profile.member_id == Member.id)
        .outerjoin(area, area.id == Member.area_id)
        .outerjoin(parent, parent.id == area.parent_id)
    )


#: Built when it is first run: columns of models are known then.
_OF_MEMBER = Prepared(lambda: select_features(Member.id, FEATURES).where(Member.id == sa.bindparam("member_id")))


def count_combinations(members: sa.Select[int], features: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """Return how many of `members` (a SELECT of ids) have each combination of categories, in one query.

    A combination has a category for each of `features`, which may include `area`, in their order; None where nothing
    was answered or not to be said.
    """
    counted = select_features(Member.id, features).where(Member.id.in_(members)).subquery()
    columns = [counted.c[feature] for feature in features]
    rows = db.session.execute(sa.select(sa.func.count(), *columns).group_by(*columns))
    result: dict[tuple[Any, ...], int] = {}
    for count, *values in rows:
        known = tuple(None if v == PREFER_NOT else v for v in values)
        result[known] = result.get(known, 0) + count
    return result


def count_each(members: sa.Select[int], features: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return feature -> category -> how many of `members` (a SELECT of ids) are in it, in one query; not of `area`.

    Who did not answer, or preferred not to, is left out.
    """
    people = select_features(Member.id, features, place=False).where(Member.id.in_(members)).cte("people")
    counts = [
        sa.select(sa.literal(number), people.c[feature], sa.func.count()).group_by(people.c[feature])
        for number, feature in enumerate(features)
    ]
    found: dict[str, dict[str, int]] = {feature: {} for feature in features}
    for number, category, count in db.session.execute(sa.union_all(*counts)):
        if category not in (None, PREFER_NOT):
            found[features[number]][category] = count
    return found
