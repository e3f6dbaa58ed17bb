"""Draws for tests, at each step of their way."""

from __future__ import annotations

import datetime as dt
from typing import Any

from core import clock
from core.database import db
from panel import demo
from panel.draws import planning, quotas
from panel.models import Draw
from tests.core.task_work import work_off
from tests.factories.areas import make_areas

DAY = dt.timedelta(days=1)


def make_crowd(count: int = 240) -> None:
    """Put made-up people on the panel, whose make-up is that of real panels."""
    make_areas()
    demo.load(count, 7)
    db.session.commit()


def make_draw(*, size: int = 20, reserves: int = 0, within: int = 2, **changes: Any) -> Draw:
    """Return a planned draw with quotas that mirror the population by age and sex."""
    draw = planning.create(changes.pop("title", "People’s jury on GP appointments"), changes.pop("engagement_id", None))
    plan = {"audience": {}, "features": ["age_band", "sex"], "algorithm": "leximin"} | changes
    planning.change(draw, size=size, reserves=reserves, within=within, **plan)
    quotas.write_from_population(draw)
    db.session.commit()
    return draw


def fixed(draw: Draw) -> Draw:
    """Fix a draw: yesterday, with a value announced for today."""
    with clock.stopped_at(clock.now() - DAY):
        planning.ask_fix(draw, "The six numbers of the national lottery", clock.today() + DAY)
        db.session.commit()
        work_off()
    return again(draw)


def held(draw: Draw, value: str = "4 8 15 16 23 42") -> Draw:
    """Fix and hold a draw."""
    draw = fixed(draw)
    planning.ask_hold(draw, value)
    db.session.commit()
    work_off()
    return again(draw)


def published(draw: Draw) -> Draw:
    """Fix, hold and publish a draw."""
    draw = held(draw)
    planning.publish(draw)
    db.session.commit()
    return draw


def again(draw: Draw) -> Draw:
    """Return a draw as it is in the database now."""
    draw_id = draw.id
    db.session.rollback()
    db.session.expire_all()
    return planning.get(draw_id)
