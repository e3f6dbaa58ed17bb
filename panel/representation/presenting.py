"""Figures and targets in words, for pages, downloads and commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from flask_babel import gettext as _

from i18n.web import number
from panel import queries
from panel.representation import features
from panel.representation.features import Feature
from panel.representation.targets import Mismatch


class _Problem(Protocol):
    @property
    def row(self) -> int: ...
    @property
    def words(self) -> str: ...
    @property
    def params(self) -> Mapping[str, str]: ...


def problems(found: Sequence[_Problem]) -> list[str]:
    """Return what is wrong with a file, a line for each row."""
    return [_("Row %(row)s: %(problem)s", row=p.row, problem=_(p.words, **dict(p.params))) for p in found]


def feature_words(key: str, catalogue: Mapping[str, Feature]) -> str:
    """Return what a feature is called, in the reader's language."""
    if key == "area":
        return _("Area")
    if pair := features.joint(key):
        one, two = (catalogue[part].words() for part in pair)
        return _("%(one)s by %(two)s", one=one, two=two)
    return catalogue[key].words() if key in catalogue else key


def category_words(feature: str, category: str, catalogue: Mapping[str, Feature], areas: Mapping[str, str]) -> str:
    """Return what a category is called; `areas` are names by code."""
    if feature == "area":
        return areas.get(category, category)
    if pair := features.joint(feature):
        keys = category.split(features.JOINT)
        return ", ".join(catalogue[f].category(c) for f, c in zip(pair, keys, strict=True))
    return catalogue[feature].category(category) if feature in catalogue else category


def mismatches(found: Sequence[Mismatch]) -> list[str]:
    """Return where figures do not add up, a sentence each."""
    if not found:
        return []
    catalogue = features.catalogue()
    areas = queries.list_areas()
    names, by_code = {a.id: a.name for a in areas}, {a.code: a.name for a in areas}
    return [
        _(
            m.words,
            area=names.get(m.area_id, ""),
            feature=feature_words(m.feature, catalogue),
            category=category_words(m.feature, m.category, catalogue, by_code),
            one=number(m.one),
            other=number(m.other),
        )
        for m in found
    ]
