"""How many of those who were invited to earlier surveys answered, by group: what a draw may expect."""

from __future__ import annotations

from dataclasses import dataclass

from panel.draws import features, planning
from panel.draws.errors import NoHistoryError, NotNowError
from panel.models import Draw
from panel.representation import counting
from panel.representation.disclosure import THRESHOLD


@dataclass(frozen=True)
class Answers:
    """Of 100 people invited, how many answered: `overall`, and by category where enough were invited to say so."""

    overall: int
    by_category: dict[str, int]


def answers(feature: str = "") -> Answers | None:
    """Return what earlier surveys tell, None where they asked too few people."""
    counted = counting.count_stages(feature or "sex", ("invited", "responded"))
    overall = _rate(*(sum(counts[stage] for counts in counted.values()) for stage in (0, 1))) if counted else None
    if overall is None:
        return None
    known = features.categories(feature) if feature else []
    rates = {key: _rate(*counted[key]) for key in known if key in counted}
    return Answers(overall, {key: rate for key, rate in rates.items() if rate is not None})


def _rate(invited: int, responded: int) -> int | None:
    """Return a share in percent to the nearest 5, never 0; None where few people stand behind it on either side."""
    if min(responded, invited - responded) < THRESHOLD:
        return None
    return max(5, 5 * round(20 * responded / invited))


def write_rates(draw: Draw) -> None:
    """Expect of each group what it answered before, of small groups what all did. Raises NoHistoryError."""
    feature = draw.responses.get("feature")
    if not feature:
        raise NotNowError
    told = answers(feature)
    if told is None:
        raise NoHistoryError
    rates = {key: told.by_category.get(key, told.overall) for key in features.categories(feature)}
    planning.change(draw, responses={"feature": feature, "rates": {"": told.overall} | rates})
