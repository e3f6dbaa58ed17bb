"""Population, panel, invited and responded side by side, of every feature in an area, from shown counts alone.

Every share, difference, interval and index of dissimilarity here is worked out from counts as they are shown, so that
none of them gives away a hidden one. Only the measures of the panel as a whole (`whole.py`) see exact counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.errors import NotFoundError
from panel import queries
from panel.models import Area
from panel.questions import PREFER_NOT
from panel.representation import features, keeping, measures, shown, targets
from panel.representation.counting import NOT_ANSWERED, PANEL, Counted
from panel.representation.disclosure import Shown
from panel.representation.features import Feature
from panel.representation.keeping import Kept
from panel.representation.shown import Geography, ShownCounts

#: What can be done with “Prefer not to say”.
LEFT_OUT, OWN_CATEGORY = "left_out", "own_category"
_CODES = "area"


@dataclass(frozen=True)
class Figure:
    """One stage of one category: how many, their share, and how far that is from the population's, in shares."""

    count: Shown
    share: float | None = None
    low: float | None = None
    high: float | None = None
    difference: float | None = None

    @property
    def is_off(self) -> bool:
        """Return whether the population's share lies outside the interval."""
        if self.difference is None or self.share is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.share - self.difference <= self.high


@dataclass(frozen=True)
class Line:
    """One category."""

    category: str
    #: None where no target is loaded.
    population: int | None
    population_share: float | None
    stages: Mapping[str, Figure]


@dataclass(frozen=True)
class Table:
    """One feature in one area."""

    feature: str
    lines: Sequence[Line]
    #: By stage; None where it cannot be told.
    dissimilarity: Mapping[str, float | None]
    #: How many did not answer, by stage.
    not_answered: Mapping[str, Shown]
    has_targets: bool = True
    #: How many the shares are of, by stage, worked out from what is shown; None where that cannot be told.
    bases: Mapping[str, int | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """All features in one area."""

    area: Area
    stages: Sequence[str]
    everybody: Mapping[str, Shown]
    tables: Sequence[Table]
    catalogue: Mapping[str, Feature]
    areas: Sequence[Area]
    figures: targets.Figures = field(repr=False)
    kept: Kept = field(repr=False)
    shown: ShownCounts = field(repr=False)


def compare(area_id: int | None = None, unsaid: str = LEFT_OUT) -> Comparison:
    """Return every feature in an area (the whole system by default). Raises NotFoundError."""
    areas = queries.list_areas()
    if not areas:
        raise NotFoundError
    geography = Geography(areas)
    area = queries.get_area(area_id) if area_id is not None else geography.root
    kept = keeping.counts()
    counted = kept.counted
    catalogue = features.catalogue()
    made = ShownCounts(counted, catalogue, geography)
    found = targets.figures()
    builder = _Builder(area, made, counted, catalogue, found, unsaid)
    tables = [builder.areas()] if geography.children.get(area.id) else []
    tables += [builder.table(feature) for feature in catalogue.values()]
    if area.id == geography.root.id:
        tables += [builder.joint(key) for at, key in found if at == area.id and features.joint(key)]
    everybody = {stage: made.whole(stage, area.id) for stage in counted.stages}
    return Comparison(area, counted.stages, everybody, tables, catalogue, areas, found, kept, made)


class _Builder:
    def __init__(
        self,
        area: Area,
        made: ShownCounts,
        counted: Counted,
        catalogue: Mapping[str, Feature],
        found: targets.Figures,
        unsaid: str,
    ) -> None:
        self.area, self.shown, self.counted = area, made, counted
        self.catalogue, self.figures, self.own = catalogue, found, unsaid == OWN_CATEGORY

    def table(self, feature: Feature) -> Table:
        """Return a feature that people are asked."""
        aimed = targets.of_feature(self.figures, self.area.id, feature)
        counts, bases, said = {}, {}, {}
        for stage in self.counted.stages:
            here = self.shown.of(feature.key, stage, self.area.id)
            silent = self.shown.silent(feature.key, stage, self.area.id)
            counts[stage] = here
            whole = self.shown.whole(stage, self.area.id)
            said[stage] = shown.base(whole, here, silent, own_category=False)
            bases[stage] = shown.base(whole, here, silent, own_category=self.own)
        categories = [*feature.categories, *([PREFER_NOT] if self.own else [])]
        not_answered = {stage: counts[stage][NOT_ANSWERED] for stage in counts}
        return table(feature.key, categories, aimed, counts, bases, not_answered, said)

    def areas(self) -> Table:
        """Return the areas inside this one; their categories are codes."""
        aimed = self.figures.get((self.area.id, _CODES), {})
        inside = self.shown.geography.children[self.area.id]
        counts: dict[str, dict[str, Shown]] = {}
        for stage in self.counted.stages:
            counts[stage] = {child.code: self.shown.whole(stage, child.id) for child in inside}
        bases = {stage: self._placed(stage, here) for stage, here in counts.items()}
        return table(_CODES, [child.code for child in inside], aimed, counts, bases, {})

    def _placed(self, stage: str, here: Mapping[str, Shown]) -> int | None:
        """Return how many live in one of the areas inside: where some are hidden, everybody as far as that is shown."""
        if None in here.values():
            return self.shown.whole(stage, self.area.id)
        return sum(n or 0 for n in here.values()) or None

    def joint(self, key: str) -> Table:
        """Return two features crossed."""
        pair = features.joint(key)
        if pair is None:
            raise ValueError(key)
        one, two = (self.catalogue[part] for part in pair)
        aimed = self.figures[(self.area.id, key)]
        counts: dict[str, dict[str, Shown]] = {}
        bases: dict[str, int | None] = {}
        for stage in self.counted.stages:
            margins = tuple(self.shown.of(feature.key, stage, self.area.id) for feature in (one, two))
            cells = shown.crossed(self.counted, one, two, stage, (margins[0], margins[1]))
            counts[stage] = {f"{a}{features.JOINT}{b}": n for (a, b), n in cells.items()}
            bases[stage] = _both(cells, one, two, self.shown.whole(stage, self.area.id))
        return table(key, list(aimed), aimed, counts, bases, {})


def _both(cells: Mapping[tuple[str, str], Shown], one: Feature, two: Feature, whole: Shown) -> int | None:
    """Return how many said both features: all cells of them, or where some are hidden everybody but all others."""
    both = {cell: n for cell, n in cells.items() if cell[0] in one.categories and cell[1] in two.categories}
    if None not in both.values() or whole is None:
        return sum(shown.MIDDLE if n is None else n for n in both.values()) or None
    return max(0, whole - sum(shown.MIDDLE if n is None else n for cell, n in cells.items() if cell not in both))


def table(
    key: str,
    categories: Sequence[str],
    aimed: Mapping[str, int],
    counts: Mapping[str, Mapping[str, Shown]],
    bases: Mapping[str, int | None],
    not_answered: Mapping[str, Shown],
    said: Mapping[str, int | None] | None = None,
) -> Table:
    """Return a feature from counts as they are shown, the figures aimed at, and how many said something, by stage."""
    everybody = sum(aimed.values())
    lines = []
    for category in categories:
        lives = aimed.get(category)
        share = lives / everybody if lives is not None and everybody else None
        stages = {stage: _figure(here.get(category), bases[stage], share) for stage, here in counts.items()}
        lines.append(Line(category, lives, share, stages))
    indexes = {stage: _dissimilarity(categories, aimed, here, (said or bases)[stage]) for stage, here in counts.items()}
    return Table(key, lines, indexes, not_answered, bool(everybody), bases)


def _figure(count: Shown, base: int | None, aimed: float | None) -> Figure:
    if count is None or not base:
        return Figure(count)
    share = min(1.0, count / base)
    low, high = measures.wilson(min(count, base), base)
    return Figure(count, share, low, high, None if aimed is None else share - aimed)


def _dissimilarity(
    categories: Sequence[str], aimed: Mapping[str, int], here: Mapping[str, Shown], base: int | None
) -> float | None:
    """Return the index with all hidden categories taken as one, which is all that shown counts tell of them."""
    if not base or not aimed:
        return None
    asked = [c for c in categories if c != PREFER_NOT]
    known = {c: float(n) for c in asked if (n := here.get(c)) is not None}
    hidden = [c for c in asked if c not in known]
    panel = known | ({"": max(0.0, base - sum(known.values()))} if hidden else {})
    population = {c: float(aimed.get(c, 0)) for c in known} | (
        {"": float(sum(aimed.get(c, 0) for c in hidden))} if hidden else {}
    )
    return measures.dissimilarity(panel, population)


def short_of(table: Table) -> list[Line]:
    """Return the categories of which the panel has fewer than it should, beyond what chance explains."""
    return [line for line in table.lines if line.stages[PANEL].is_off and (line.stages[PANEL].difference or 0) < 0]
