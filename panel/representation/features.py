"""What people are compared by: the bands of a profile, groupings of them, attitudes, and joint features of two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask_babel import gettext

from core.database import db
from core.errors import N_
from i18n import negotiation
from panel import bands, questions
from panel.models import AttitudeQuestion, AttitudeState, Grouping

GROUP, ATTITUDE, JOINT = "group:", "attitude:", "*"
#: Features counted together, so that two of them can be crossed.
CROSSED: tuple[str, ...] = ("age_band", "sex", "ethnic_group_5", "disability")

_NAMES = {"age_band": N_("Age"), "area": N_("Area")}


@dataclass(frozen=True)
class Feature:
    """A feature; `parents` is the many-to-one map of a grouping from the categories of `base` to its own."""

    key: str
    #: Marked with N_ where it is `ours`, else as staff or the language of the page have it.
    label: str
    #: Key -> label, in the standard's order.
    categories: Mapping[str, str]
    base: str = ""
    parents: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True

    def words(self) -> str:
        """Return what it is called, in the reader's language."""
        return gettext(self.label) if self.ours else self.label

    def category(self, key: str) -> str:
        """Return what a category is called, in the reader's language."""
        label = self.categories.get(key, key)
        return gettext(label) if self.ours else label


#: The standard's own map: the 19 ethnic groups of Census 2021 into 5.
ETHNIC_PARENTS: dict[str, str] = {
    o.value: parent for parent, q in questions.ETHNIC_BACKGROUNDS.items() for o in q.options
}


def _own() -> dict[str, Feature]:
    found = {key: Feature(key, f.label, f.categories) for key, f in bands.FEATURES.items()}
    five = found["ethnic_group_5"]
    found["ethnic_group_5"] = Feature(five.key, five.label, five.categories, "ethnic_group_19", ETHNIC_PARENTS)
    return found


OWN: dict[str, Feature] = _own()


def ordered_parents(parents: Mapping[str, str], standard: Mapping[str, str]) -> list[str]:
    """Return the groups of a map in the order in which the standard names the first category of each."""
    found: dict[str, None] = {}
    for category in standard:
        if category in parents:
            found.setdefault(parents[category])
    return list(found)


def totals(parents: Mapping[str, str], counts: Mapping[str, int]) -> dict[str, int]:
    """Return `counts` of categories added up by group; what the map does not name is left out."""
    result: dict[str, int] = {}
    for category, count in counts.items():
        if category in parents:
            result[parents[category]] = result.get(parents[category], 0) + count
    return result


def grouped(grouping: Grouping) -> Feature:
    """Return a grouping as a feature."""
    base = OWN[grouping.feature]
    parents = {part.category: part.parent for part in grouping.parts}
    labels = {parent: parent for parent in ordered_parents(parents, base.categories)}
    return Feature(f"{GROUP}{grouping.key}", grouping.name, labels, base.key, parents, ours=False)


def attitude(question: AttitudeQuestion, tag: str = "en") -> Feature:
    """Return a question on attitudes as a feature, in language `tag` where it has one."""
    words = question.wording.get(tag) or question.wording["en"]
    labels = {key: words["options"][key] for key in question.options}
    return Feature(f"{ATTITUDE}{question.key}", words["question"], labels, ours=False)


def catalogue() -> dict[str, Feature]:
    """Return every feature by key but `area` and the joint ones: the profile's, groupings, then attitudes."""
    found = dict(OWN)
    groupings = sa.select(Grouping).options(sa.orm.selectinload(Grouping.parts)).order_by(Grouping.name, Grouping.id)
    for grouping in db.session.scalars(groupings):
        if grouping.feature in OWN:
            found[f"{GROUP}{grouping.key}"] = grouped(grouping)
    asked = sa.select(AttitudeQuestion).where(AttitudeQuestion.state != AttitudeState.DRAFT)
    tag = negotiation.current().tag
    for question in db.session.scalars(asked.order_by(AttitudeQuestion.id)):
        found[f"{ATTITUDE}{question.key}"] = attitude(question, tag)
    return found


def joint(key: str) -> tuple[str, str] | None:
    """Return the two features of a joint one, None where `key` is not one that can be counted."""
    parts = key.split(JOINT)
    if len(parts) != 2 or parts[0] == parts[1] or not set(parts) <= set(CROSSED):
        return None
    return parts[0], parts[1]
