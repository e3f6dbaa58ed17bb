"""How far a campaign is: what came of each aim, how far the panel is from its population, the pace, a forecast.

Everything here is worked out from figures that may be shown, so that nothing hidden can be worked out from it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from core import clock
from panel import queries, recruits
from panel.figures import Shown, shown
from panel.models import Campaign, CampaignAim


@dataclass(frozen=True)
class AimProgress:
    """One aim: `reached` came since the campaign began; `on_panel` and `expected` say how far the panel is off."""

    aim: CampaignAim
    reached: Shown
    on_panel: Shown
    #: How many the panel would have of the group if it mirrored the population; None where no figures are known.
    expected: int | None
    #: `expected` less those on the panel, never below 0; None where either is not known or not to be shown.
    gap: int | None
    per_week: float | None
    #: How many will have come by the last day at this pace.
    forecast: int | None

    @property
    def state(self) -> str:
        """Return done, on_course, behind, or unknown while numbers are too small to say."""
        if self.reached is not None and self.reached >= self.aim.wanted:
            return "done"
        if self.forecast is None:
            return "unknown"
        return "on_course" if self.forecast >= self.aim.wanted else "behind"


def of_campaigns(campaigns: Sequence[Campaign]) -> dict[int, list[AimProgress]]:
    """Return campaign id -> the progress of its aims, in a handful of queries for any number of campaigns."""
    sources = recruits.sources_of_campaigns(campaigns)
    wanted = [
        recruits.Wanted(aim, frozenset(sources[campaign.id]), *_time(campaign))
        for campaign in campaigns
        for aim in campaign.aims
    ]
    aims = [each.aim for each in wanted]
    inside = recruits.insides()
    figures = zip(recruits.reached(wanted, inside), recruits.on_panel(aims, inside), _shares(aims), strict=True)
    by_aim = dict(zip((aim.id for aim in aims), figures, strict=True))
    return {c.id: [_progress(c, aim, *by_aim[aim.id]) for aim in c.aims] for c in campaigns}


def _time(campaign: Campaign) -> tuple[dt.datetime, dt.datetime]:
    last = campaign.ended_on or clock.today()
    return clock.start_of_day(campaign.starts_on), clock.start_of_day(last + dt.timedelta(days=1))


def _progress(
    campaign: Campaign, aim: CampaignAim, came: int, have: tuple[int, int], share: float | None
) -> AimProgress:
    reached, here, whole = shown(came), shown(have[0]), shown(have[1])
    expected = round(share * whole) if share is not None and whole is not None else None
    gap = max(0, expected - here) if expected is not None and here is not None else None
    per_week, forecast = _pace(campaign, reached)
    return AimProgress(aim, reached, here, expected, gap, per_week, forecast)


def _pace(campaign: Campaign, reached: Shown) -> tuple[float | None, int | None]:
    """Return people a week since the beginning, and how many there will be on the last day if that goes on."""
    days = ((campaign.ended_on or clock.today()) - campaign.starts_on).days
    if reached is None or days < 7:
        return None, None
    left = 0 if campaign.ended_on else max(0, (campaign.due_on - clock.today()).days)
    return round(7 * reached / days, 1), math.floor(reached + reached / days * left)


def _shares(aims: Sequence[CampaignAim]) -> list[float | None]:
    """Return for each aim the share of its group among the people of its area; of anybody, there is none to mirror."""
    features = sorted({aim.feature for aim in aims if aim.feature})
    known = queries.populations([aim.area_id for aim in aims], features) if features else {}
    shares: list[float | None] = []
    for aim in aims:
        counts = known.get((aim.area_id, aim.feature), {})
        whole = sum(counts.values())
        shares.append(counts.get(aim.category, 0) / whole if whole else None)
    return shares
