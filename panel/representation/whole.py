"""Measures of the panel as a whole: R-indicator and effective sample size, by raking to every margin there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from panel.representation import measures, targets
from panel.representation.counting import Cell, Counted
from panel.representation.disclosure import THRESHOLD, rounded
from panel.representation.features import CROSSED, JOINT, Feature
from panel.representation.measures import Margin, Representativity
from panel.representation.shown import Geography


@dataclass(frozen=True)
class Whole:
    """The panel as a whole. Numbers of people are rounded as everywhere."""

    size: int
    effective: int
    design_effect: float
    heaviest: float
    r: Representativity | None
    #: The features that were raked to; those with a target and nobody to reach it: (feature, category).
    margins: Sequence[str]
    missing: Sequence[tuple[str, str]]
    #: The R-indicator of answering among those invited, by age and sex; None while too few answered.
    answering: Representativity | None


def measure(
    counted: Counted, found: targets.Figures, catalogue: Mapping[str, Feature], geography: Geography
) -> Whole | None:
    """Return the measures of the whole panel; None while it is smaller than 8, or no target is loaded.

    Raked to age by sex (age and sex alone where no joint figures are loaded), ethnic group in five, disability, and
    place. Those are what weighting of surveys uses; caring and religion are only compared.
    """
    cells = counted.passes[CROSSED]
    counts = np.array([cell.counts[0] for cell in cells], dtype=float)
    if counts.sum() < THRESHOLD:
        return None
    margins, missing = {}, []
    aims = _aims(cells, found, catalogue, geography)
    for name, codes, aimed in aims:
        margin, nobody = _margin(codes, aimed)
        if len(aimed) > len(nobody):
            margins[name] = margin
            missing += [(name, category) for category in nobody]
    if not margins:
        return None
    weights = measures.rake(counts, list(margins.values()))
    effective = measures.effective_size(counts, weights)
    population = float(sum(aims[0][2].values()))
    free = 1 + sum(int((m.shares > 0).sum()) - 1 for m in margins.values())
    return Whole(
        size=rounded(int(counts.sum())),
        effective=rounded(round(effective)),
        design_effect=float(counts.sum() / effective),
        heaviest=float(weights[counts > 0].max()),
        r=measures.of_weights(counts, weights, max(population, float(counts.sum())), free),
        margins=list(margins),
        missing=missing,
        answering=_answering(counted),
    )


_Aim = tuple[str, list[str | None], Mapping[str, int]]


def _aims(
    cells: Sequence[Cell], found: targets.Figures, catalogue: Mapping[str, Feature], geography: Geography
) -> list[_Aim]:
    """Return (feature, the category of each cell, targets) of every margin that has targets."""
    root = geography.root.id
    joint = f"age_band{JOINT}sex"
    both = found.get((root, joint), {})
    crossed = any(f"{cell.categories[0]}{JOINT}{cell.categories[1]}" in both for cell in cells)
    names = [joint] if crossed else ["age_band", "sex"]
    aims: list[_Aim] = []
    for name in [*names, "ethnic_group_5", "disability"]:
        aimed = found.get((root, name)) if name == joint else targets.of_feature(found, root, catalogue[name])
        places = [CROSSED.index(part) for part in name.split(JOINT)]
        codes = [JOINT.join(cell.categories[p] for p in places) for cell in cells]
        if aimed:
            aims.append((name, [code if code in aimed else None for code in codes], aimed))
    by_code = found.get((root, "area"))
    if by_code:
        place_of = {a: child.code for child in geography.children.get(root, []) for a in geography.inside(child.id)}
        aims.append(("area", [place_of.get(cell.area_id) for cell in cells], by_code))
    return aims


def _margin(codes: Sequence[str | None], aimed: Mapping[str, int]) -> tuple[Margin, list[str]]:
    """Return a margin, and the categories that nobody is in."""
    number = {category: i for i, category in enumerate(aimed)}
    total = sum(aimed.values())
    shares = np.array([count / total for count in aimed.values()])
    margin = Margin(np.array([-1 if code is None else number[code] for code in codes]), shares)
    present = set(codes)
    return margin, [category for category, count in aimed.items() if count and category not in present]


def _answering(counted: Counted) -> Representativity | None:
    """Return the R-indicator of answering among those invited: cells are age by sex, propensities their rates."""
    if not {"invited", "responded"} <= set(counted.stages):
        return None
    asked, done = counted.stages.index("invited"), counted.stages.index("responded")
    cells = [counts for counts in counted.crossed("age_band", "sex").values() if counts[asked]]
    invited = np.array([counts[asked] for counts in cells], dtype=float)
    responded = np.array([counts[done] for counts in cells], dtype=float)
    if responded.sum() < THRESHOLD or (invited - responded).sum() < THRESHOLD:
        return None
    return measures.r_indicator(invited, responded / invited, len(cells))
