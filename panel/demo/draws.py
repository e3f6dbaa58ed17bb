"""Two draws for the demo: one held and published, one still planned."""

from __future__ import annotations

import datetime as dt

from core import audit, clock
from core.task_runner import Inline
from panel.draws import people, planning, quotas, work
from panel.models import Draw, Reply

_DAY = dt.timedelta(days=1)


def load(staff_id: int, engagement_id: int | None) -> str:
    """Hold one draw of some days ago and plan another; return a line about them. The caller commits."""
    with audit.acting_as(f"staff:{staff_id}"):
        held = _held(engagement_id)
        planned = _planned()
    drawn = f"“{held.title}”: {held.draw_size} people drawn from {held.pool_people}."
    return f"{drawn} “{planned.title}”: a draw being planned."


def _plan(title: str, engagement_id: int | None, **plan: object) -> Draw:
    draw = planning.create(title, engagement_id)
    planning.change(draw, audience={}, **plan)
    quotas.write_from_population(draw)
    work.check(Inline({"draw_id": draw.id}))
    return draw


def _held(engagement_id: int | None) -> Draw:
    now = clock.now()
    with clock.stopped_at(now - 12 * _DAY):
        plan = {"features": ["age_band", "sex", "area"], "size": 36, "reserves": 12, "within": 2}
        draw = _plan("People’s jury on the walk-in centre", engagement_id, **plan)
        source = "The six main numbers of the national lottery, as its website shows them, with spaces between"
        on = {"source": source, "source_on": (clock.today() + 3 * _DAY).isoformat()}
        work.fix(Inline({"draw_id": draw.id} | on))
    with clock.stopped_at(now - 9 * _DAY):
        draw.public_value = "7 12 23 31 40 52"
        work.hold(Inline({"draw_id": draw.id}))
        planning.publish(draw)
    with clock.stopped_at(now - 6 * _DAY):
        found = people.list_people(draw.id)
        for place, person in enumerate(found[:20]):
            people.answer(draw, person.member_id, Reply.DECLINED if place % 9 == 8 else Reply.YES)
    return draw


def _planned() -> Draw:
    plan = {"features": ["age_band", "ethnic_group_5"], "size": 24, "reserves": 6, "within": 2}
    responses = {"feature": "age_band", "rates": {"": 45, "16-19": 25, "20-24": 25, "25-34": 30}}
    return _plan("Reading group for the new hospital plans", None, **plan, responses=responses)
