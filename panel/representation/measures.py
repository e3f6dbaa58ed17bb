"""Measures of how like a population a panel is. Shares are from 0 to 1; nothing here knows where numbers come from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Of the normal distribution, for intervals of 95 %.
_Z = 1.959963984540054
_ROUNDS = 500
_CLOSE = 1e-10


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the interval of 95 % of a share (Wilson 1927, JASA 22).

    (p + z²/2n ± z·sqrt(p(1 − p)/n + z²/4n²)) / (1 + z²/n). A panel of people who came by themselves is no random
    sample: the interval is indicative (AAPOR asks for this to be said).
    """
    if whole <= 0:
        return 0.0, 1.0
    share, n, z = min(1.0, part / whole), float(whole), _Z
    middle = share + z * z / (2 * n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def dissimilarity(panel: Mapping[str, float], population: Mapping[str, float]) -> float | None:
    """Return the index of dissimilarity: the share of the panel that would have to be others (Duncan & Duncan 1955).

    D = ½ Σ |p_c − P_c| over all categories, where p and P are the shares of the panel and of the population; 0 is a
    mirror, 1 shares nobody. None where either counts nobody. Any unit will do: only shares count.
    """
    have, live = sum(panel.values()), sum(population.values())
    if have <= 0 or live <= 0:
        return None
    keys = {*panel, *population}
    return min(1.0, sum(abs(panel.get(k, 0) / have - population.get(k, 0) / live) for k in keys) / 2)


@dataclass(frozen=True)
class Margin:
    """A margin for raking: the category of each cell (−1 where not known), and the share each should have."""

    codes: NDArray[np.int64]
    shares: NDArray[np.float64]


def rake(counts: NDArray[np.float64], margins: Sequence[Margin]) -> NDArray[np.float64]:
    """Return a weight for the people of each cell so that every margin has its shares (Deming & Stephan 1940).

    Iterative proportional fitting: margin after margin, weights of a category are multiplied by what it should have
    over what it has, until nothing changes by more than 1e-10. Those of whom a margin is not known keep their weight
    in it, and what is known is fitted among itself. Categories with nobody in them are left out, and the others'
    shares scaled up. The weights have the mean 1.
    """
    weights = np.ones_like(counts)
    for _ in range(_ROUNDS):
        before = weights.copy()
        for margin in margins:
            weights = weights * _factors(counts * weights, margin)
        if np.allclose(weights, before, rtol=_CLOSE, atol=0):
            break
    return weights * counts.sum() / (weights * counts).sum()


def _factors(weighted: NDArray[np.float64], margin: Margin) -> NDArray[np.float64]:
    known = margin.codes >= 0
    have = np.bincount(margin.codes[known], weights=weighted[known], minlength=len(margin.shares))
    wanted = np.where(have > 0, margin.shares, 0.0)
    factors = np.ones_like(weighted)
    if wanted.sum() <= 0:
        return factors
    wanted = wanted / wanted.sum() * have.sum()
    by_category = np.divide(wanted, have, out=np.ones_like(have), where=have > 0)
    factors[known] = by_category[margin.codes[known]]
    return factors


def effective_size(counts: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return how many people of a random sample would tell as much: n / deff (Kish 1965).

    deff = n Σw² / (Σw)², so n / deff = (Σw)² / Σw².
    """
    return float((counts * weights).sum() ** 2 / (counts * weights**2).sum())


@dataclass(frozen=True)
class Representativity:
    """What the R-indicator says: `r`, its like at a mean propensity of one half, and the bias it bounds."""

    r: float
    #: 1 − CV: what R would be, were the mean propensity one half. Comparable between a small panel and a large one.
    comparable: float
    #: CV of the propensities: no mean of the panel, unweighted, is further off than CV standard deviations.
    largest_bias: float


def r_indicator(
    sizes: NDArray[np.float64], propensities: NDArray[np.float64], parameters: int = 0
) -> Representativity | None:
    """Return the R-indicator (Schouten, Cobben & Bethlehem 2009, Survey Methodology 35).

    R = 1 − 2·S(ρ), S² = Σ_x N_x (ρ_x − ρ̄)² / (N − 1), over cells x of N_x people with the propensity ρ_x. It is 1 when
    everybody is as likely. Estimated propensities vary by chance as well, which makes S² too large: with `parameters`
    estimated, about parameters·ρ̄(1 − ρ̄)/N is taken off (the mean variance of fitted values; Shlomo, Skinner &
    Schouten 2012 treat this bias in full).

    A panel of one in a thousand has tiny propensities, and R near 1 whatever it looks like. CV = S/ρ̄ does not depend
    on the size, and bounds the bias: |bias of a mean| ≤ CV · S(y) (the paper's section 4); 1 − CV is what R would be
    at ρ̄ = ½. None where nobody is there.
    """
    total = float(sizes.sum())
    if total <= 1:
        return None
    mean = float((sizes * propensities).sum() / total)
    if mean <= 0:
        return None
    variance = float((sizes * (propensities - mean) ** 2).sum() / (total - 1))
    variance = max(0.0, variance - parameters * mean * (1 - mean) / total)
    spread = math.sqrt(variance)
    return Representativity(1 - 2 * spread, max(0.0, 1 - spread / mean), spread / mean)


def of_weights(
    counts: NDArray[np.float64], weights: NDArray[np.float64], population: float, parameters: int
) -> Representativity | None:
    """Return the R-indicator of a panel whose propensities are taken from raking weights.

    A raked weight says for how many of the population a member stands, so 1/weight is the propensity under a
    log-linear model with the margins as main effects; cell x of the population is estimated as n_x·w_x.
    """
    scaled = weights * population / float((counts * weights).sum())
    return r_indicator(counts * scaled, 1 / scaled, parameters)
