"""The panel's counts as they may be shown, of every feature in every area, the same whatever page shows them.

Features that are sums of one another are protected together (a family): the five ethnic groups with the nineteen, and
a feature with its groupings. Areas are protected from the whole inwards: first the whole system, then its places with
the system's numbers fixed, then the neighbourhoods of a place with the place's numbers fixed.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from panel.models import Area
from panel.questions import PREFER_NOT
from panel.representation import features
from panel.representation.counting import NOT_ANSWERED, UNSAID, ByArea, Counted
from panel.representation.disclosure import Line, Shown, hide, rounded
from panel.representation.features import Feature

#: A row of a family: (feature, category). Leaves come from no other row; sums add up leaves or other sums.
Row = tuple[str, str]
WHOLE: Row = ("", "whole")
#: Of those who named an ethnic group of five but none of the nineteen.
_NO_DETAIL = "no_detail:"
_DETAIL, _FIVE = "ethnic_group_19", "ethnic_group_5"


class Geography:
    """The areas as a tree: which are inside which."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self.by_id = {area.id: area for area in areas}
        self.children: dict[int, list[Area]] = {}
        for area in areas:
            if area.parent_id:
                self.children.setdefault(area.parent_id, []).append(area)
        self.root = min(areas, key=lambda area: (area.level, area.id))

    def path(self, area_id: int) -> list[Area]:
        """Return the areas from the largest to this one."""
        area: Area | None = self.by_id[area_id]
        found: list[Area] = []
        while area is not None:
            found.insert(0, area)
            area = self.by_id.get(area.parent_id or 0)
        return found

    def inside(self, area_id: int) -> set[int | None]:
        """Return the ids of an area and all inside it; nobody knows where those without an area live: in the root."""
        found: set[int | None] = {area_id} | ({None} if area_id == self.root.id else set())
        for child in self.children.get(area_id, []):
            found |= self.inside(child.id)
        return found


@dataclass
class Family:
    """Features that are sums of one another. `leaves` add up to everybody; `sums` are in order, parts before sums."""

    leaves: list[Row]
    sums: dict[Row, tuple[Row, ...]] = field(default_factory=dict)
    #: Feature -> the rows of those who did not say, beside those of UNSAID.
    silent: dict[str, tuple[Row, ...]] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        return [*self.leaves, *self.sums, WHOLE]

    def lines(self) -> list[tuple[Row, tuple[Row, ...]]]:
        """Return (total, parts) of what adds up in every area."""
        return [(WHOLE, tuple(self.leaves)), *self.sums.items()]


def families(catalogue: Mapping[str, Feature]) -> dict[str, Family]:
    """Return the family of each feature, by feature; members of one family share one object."""
    found: dict[str, Family] = {}
    for key, feature in catalogue.items():
        if not feature.base:
            rows = [(key, category) for category in (*feature.categories, *UNSAID)]
            found[key] = Family(rows)
    five = found.get(_DETAIL)
    if five is not None and _FIVE in catalogue:
        _add_five(five, catalogue[_FIVE])
        found[_FIVE] = five
    for key, feature in catalogue.items():
        if feature.base and key != _FIVE:
            found[key] = _add_grouping(found[feature.base], feature)
    return found


def _add_five(family: Family, five: Feature) -> None:
    rest = {parent: (_DETAIL, f"{_NO_DETAIL}{parent}") for parent in five.categories}
    family.leaves.extend(rest.values())
    family.silent[_DETAIL] = tuple(rest.values())
    for parent in five.categories:
        parts = [(_DETAIL, category) for category, to in five.parents.items() if to == parent]
        family.sums[(_FIVE, parent)] = (*parts, rest[parent])


def _add_grouping(family: Family, grouping: Feature) -> Family:
    for parent in grouping.categories:
        parts = tuple((grouping.base, category) for category, to in grouping.parents.items() if to == parent)
        family.sums[(grouping.key, parent)] = parts
    family.silent[grouping.key] = family.silent.get(grouping.base, ())
    return family


#: Row -> area -> counts at each stage.
_Direct = dict[Row, ByArea]


def _direct(counted: Counted, family: Family) -> _Direct:
    """Return the counts of the leaves of a family."""
    base = family.leaves[0][0]
    if base == _DETAIL:
        return _ethnic(counted)
    found: _Direct = {(base, category): areas for category, areas in counted.of(base).items()}
    if base.startswith(features.ATTITUDE):
        found[(base, NOT_ANSWERED)] = _rest(counted.residents, list(found.values()))
    return found


def _ethnic(counted: Counted) -> _Direct:
    found: dict[Row, dict[int | None, list[int]]] = {}
    _place, cells = counted.cells_with(_DETAIL)
    for cell in cells:
        group, detail = cell.categories
        said = detail if detail not in UNSAID else group if group in UNSAID else f"{_NO_DETAIL}{group}"
        here = found.setdefault((_DETAIL, said), {}).setdefault(cell.area_id, [0] * len(cell.counts))
        for place, count in enumerate(cell.counts):
            here[place] += count
    return dict(found)


def _rest(everybody: ByArea, parts: Sequence[ByArea]) -> ByArea:
    left = {area: list(counts) for area, counts in everybody.items()}
    for part in parts:
        for area, counts in part.items():
            left[area] = [a - b for a, b in zip(left[area], counts, strict=True)]
    return left


class ShownCounts:
    """Counts that may be shown, worked out when they are asked for."""

    def __init__(self, counted: Counted, catalogue: Mapping[str, Feature], geography: Geography) -> None:
        self._counted, self._geography = counted, geography
        self._families = families(catalogue)
        self._direct: dict[int, _Direct] = {}
        self._residents = counted.residents
        self._made: dict[tuple[int, str, int], dict[Row, Shown]] = {}
        self._everybody: _Direct = {("area", "residents"): self._residents}

    def whole(self, stage: str, area_id: int) -> Shown:
        """Return how many people of an area are at a stage."""
        family = Family([("area", "residents")])
        column = self._columns(family, self._everybody, stage, area_id, with_whole=False)
        return column[("area", "residents")]

    def of(self, feature: str, stage: str, area_id: int) -> dict[str, Shown]:
        """Return category -> count, with those of UNSAID; of a feature of areas the ids of the areas inside."""
        family = self._families[feature]
        known = id(family)
        if known not in self._direct:
            self._direct[known] = _direct(self._counted, family)
        column = self._columns(family, self._direct[known], stage, area_id, with_whole=True)
        unsaid = family.leaves[0][0]
        shown = {
            category: n
            for (key, category), n in column.items()
            if key == feature and not category.startswith(_NO_DETAIL)
        }
        return shown | {category: column[(unsaid, category)] for category in UNSAID}

    def silent(self, feature: str, stage: str, area_id: int) -> list[Shown]:
        """Return the counts of others who did not say a feature: of nineteen groups, those who said one of five."""
        family = self._families[feature]
        self.of(feature, stage, area_id)
        column = self._columns(family, self._direct[id(family)], stage, area_id, with_whole=True)
        return [column[row] for row in family.silent.get(feature, ())]

    def _columns(
        self, family: Family, direct: _Direct, stage: str, area_id: int, *, with_whole: bool
    ) -> dict[Row, Shown]:
        """Return the rows of a family in an area, hidden or not as its tables from the root to the area say."""
        known = (id(direct), stage, area_id)
        if known not in self._made:
            self._made[known] = self._make(family, direct, stage, area_id, with_whole=with_whole)
        return self._made[known]

    def _make(self, family: Family, direct: _Direct, stage: str, area_id: int, *, with_whole: bool) -> dict[Row, Shown]:
        path = self._geography.path(area_id)
        place = self._counted.stages.index(stage)
        table = _Tables(self, family, direct, stage, place, with_whole)
        counts, hidden = table.root(path[0])
        for parent, child in itertools.pairwise(path):
            counts, hidden = table.inside(parent, child, counts, hidden)
        return {row: None if row in hidden else rounded(n) for row, n in counts.items()}

    @property
    def geography(self) -> Geography:
        """Return the areas."""
        return self._geography


_Column = tuple[dict[Row, int], set[Row]]


class _Tables:
    """The tables of one family at one stage, from the root inwards."""

    def __init__(
        self, shown: ShownCounts, family: Family, direct: _Direct, stage: str, place: int, with_whole: bool
    ) -> None:
        self.shown, self.family, self.direct = shown, family, direct
        self.stage, self.place, self.with_whole = stage, place, with_whole
        self.rows = family.rows if with_whole else list(family.leaves)
        self.number = {row: i for i, row in enumerate(self.rows)}

    def _counts(self, areas: set[int | None]) -> dict[Row, int]:
        counts: dict[Row, int] = {}
        for row in self.family.leaves:
            by_area = self.direct.get(row, {})
            counts[row] = sum(n[self.place] for area, n in by_area.items() if area in areas)
        for row, parts in self.family.sums.items():
            counts[row] = sum(counts[part] for part in parts)
        counts[WHOLE] = sum(counts[row] for row in self.family.leaves)
        return {row: counts[row] for row in self.rows}

    def _lines(self, column: int) -> list[Line]:
        width, number = len(self.rows), self.number
        if not self.with_whole:
            return []
        return [
            (column * width + number[total], tuple(column * width + number[part] for part in parts))
            for total, parts in self.family.lines()
        ]

    def _whole_hidden(self, area_id: int) -> bool:
        return self.with_whole and self.shown.whole(self.stage, area_id) is None

    def root(self, area: Area) -> _Column:
        """Return the counts of the root, and which are hidden."""
        counts = self._counts(self.shown.geography.inside(area.id))
        fixed = {self.number[WHOLE]} if self.with_whole else set()
        already = fixed if self._whole_hidden(area.id) else set()
        hidden = hide(list(counts.values()), self._lines(0), already, fixed)
        return counts, {row for row in self.rows if self.number[row] in hidden}

    def inside(self, parent: Area, child: Area, totals: dict[Row, int], hidden_totals: set[Row]) -> _Column:
        """Return the counts of an area inside another, whose own counts and hidden rows are given."""
        geography, width = self.shown.geography, len(self.rows)
        children = geography.children[parent.id]
        columns = [totals, *(self._counts(geography.inside(area.id)) for area in children)]
        columns.append({row: n - sum(column[row] for column in columns[1:]) for row, n in totals.items()})
        counts = [column[row] for column in columns for row in self.rows]
        lines = [line for place in range(1, len(columns)) for line in self._lines(place)]
        lines += [
            (i, tuple(place * width + i for place in range(1, len(columns))))
            for row, i in self.number.items()
            if row != WHOLE
        ]
        fixed, hidden = set(range(width)), {self.number[row] for row in hidden_totals}
        if self.with_whole:
            for place, area in enumerate(children, 1):
                fixed.add(place * width + self.number[WHOLE])
                if self._whole_hidden(area.id):
                    hidden.add(place * width + self.number[WHOLE])
        found = hide(counts, lines, hidden, fixed)
        at = children.index(child) + 1
        return columns[at], {row for row, i in self.number.items() if at * width + i in found}


def crossed(
    counted: Counted, one: Feature, two: Feature, stage: str, margins: tuple[Mapping[str, Shown], Mapping[str, Shown]]
) -> dict[tuple[str, str], Shown]:
    """Return the counts of two features crossed, in the root; their own counts, as shown, are fixed."""
    place = counted.stages.index(stage)
    cells = counted.crossed(one.key, two.key)
    rows, columns = [*one.categories, *UNSAID], [*two.categories, *UNSAID]
    table = [[cells.get((r, c), [0] * (place + 1))[place] for c in columns] for r in rows]
    width, height = len(columns), len(rows)
    counts = [n for line in table for n in line]
    first = len(counts)
    lines: list[Line] = []
    hidden: set[int] = set()
    for r, category in enumerate(rows):
        lines.append((first + r, tuple(range(r * width, (r + 1) * width))))
        counts.append(sum(table[r]))
        if margins[0][category] is None:
            hidden.add(first + r)
    for c, category in enumerate(columns):
        lines.append((first + height + c, tuple(range(c, width * height, width))))
        counts.append(sum(line[c] for line in table))
        if margins[1][category] is None:
            hidden.add(first + height + c)
    found = hide(counts, lines, hidden, range(first, len(counts)))
    return {
        (r, c): None if i * width + j in found else rounded(table[i][j])
        for i, r in enumerate(rows)
        for j, c in enumerate(columns)
    }


#: What stands for a hidden number where an approximate sum is needed: the middle of 1 to 7.
MIDDLE = 4


def base(whole: Shown, unsaid: Mapping[str, Shown], silent: Sequence[Shown], *, own_category: bool) -> int | None:
    """Return how many said something, worked out from shown numbers alone, so that it gives nothing else away.

    With `own_category`, those who preferred not to say count among those who said something.
    """
    if whole is None:
        return None
    left_out = [unsaid[NOT_ANSWERED], *silent, *([] if own_category else [unsaid[PREFER_NOT]])]
    return max(0, whole - sum(MIDDLE if n is None else n for n in left_out))


def estimated(counts: Mapping[str, Shown], everybody: int | None, like: Mapping[str, float]) -> dict[str, float]:
    """Return counts with hidden ones filled in: what the shown ones leave of `everybody`, in proportion to `like`.

    Some are hidden for being small and others to protect these: from shown numbers it cannot be told which.
    """
    hidden = [category for category, n in counts.items() if n is None]
    known = {category: float(n) for category, n in counts.items() if n is not None}
    left = max(float(len(hidden)), (everybody or 0) - sum(known.values()))
    total = sum(like.get(category, 0) for category in hidden)
    parts = {c: like.get(c, 0) / total if total else 1 / len(hidden) for c in hidden}
    return {category: known[category] if category in known else left * parts[category] for category in counts}
