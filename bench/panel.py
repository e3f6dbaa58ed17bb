"""Loads a panel and asks for its figures as staff do: `python -m bench.panel --json [--members 100000]`.

The panel is the demo's people with all that belongs to them (groups, partners, a campaign, draws), half of them invited
to a survey that has closed and a third of these done. Each page that grows with members is asked for several times by
the test client of the application, from what the worker has counted (`count_seconds` is what that takes, once a minute
where something has changed). It fails when a page takes a second or more.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LIMIT_MS = 1000.0
PAGES = {
    "figures": "/staff/panel/figures",
    "figures, not said as a category": "/staff/panel/figures?unsaid=own_category",
    "figures of a place": "/staff/panel/figures?area={place}",
    "figures of a neighbourhood": "/staff/panel/figures?area={neighbourhood}",
    "figures as CSV": "/staff/panel/figures.csv",
    "recruit next": "/staff/panel/recruit-next",
    "population targets": "/staff/panel/targets",
    "who takes part": "/staff/funnel",
    "who takes part, one engagement": "/staff/funnel?engagement={engagement}",
    "who takes part as CSV": "/staff/funnel.csv",
    "who is asked what": "/staff/asking",
    "the next survey": "/staff/fieldwork/{fieldwork}",
    "a survey that is over": "/staff/fieldwork/{closed}",
    "people": "/staff/members",
    "people of a place": "/staff/members?area={place}",
    "a person": "/staff/members/{member}",
    "who is silent": "/staff/members/reviews",
    "groups": "/staff/groups",
    "a large group": "/staff/groups/{group}",
    "rotation of a group": "/staff/groups/{rotated}/rotation",
    "recruiting": "/staff/recruiting",
    "a campaign": "/staff/recruiting/campaigns/{campaign}",
    "channels": "/staff/recruiting/channels",
    "a channel": "/staff/recruiting/channels/{channel}",
    "partners": "/staff/recruiting/partners",
    "a partner": "/staff/recruiting/partners/{partner}",
    "lists of partners": "/staff/recruiting/lists",
    "draws": "/staff/draws/",
    "who would be in the pool": "/staff/draws/{planned}/pool",
    "a draw": "/staff/draws/{held}",
    "who was drawn": "/staff/draws/{held}/people",
    "a draw, for everybody": "/lottery/{held}",
}


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _load(members: int) -> dict[str, int]:
    """Fill an empty database; return the ids of what the pages are about."""
    import sqlalchemy as sa

    from core import clock
    from core.database import db
    from panel import demo
    from panel import queries as panel
    from surveys.models import Participation, ResultsSnapshot
    from tests.factories.surveys import make_fieldwork, make_survey, publish

    demo.load(members, 7)
    db.session.commit()
    own = _load_around(members)
    now = clock.now()
    survey = make_survey()
    fieldwork = make_fieldwork(publish(survey), state="closed", closed_at=now)
    rows = (
        {
            "fieldwork_id": fieldwork.id, "member_id": number, "state": "done" if number % 6 == 0 else "invited",
            "token_hash": f"t{number}", "code_index": f"c{number}", "invited_at": now,
        }
        for number in range(2, members + 1, 2)
    )  # fmt: skip
    db.session.execute(sa.insert(Participation), list(rows))
    snapshot = {"responses": members // 6, "final": True, "made_on": now.date(), "data": {}}
    db.session.add(ResultsSnapshot(fieldwork_id=fieldwork.id, **snapshot))
    db.session.commit()
    _ask_often(members, fieldwork.id)
    coming = make_fieldwork(publish(make_survey()), state="scheduled", opens_at=now + dt.timedelta(days=3))
    db.session.commit()
    areas = panel.list_areas()
    return own | {
        "closed": fieldwork.id,
        "engagement": survey.engagement_id,
        "fieldwork": coming.id,
        "place": next(a.id for a in areas if a.level == 2),
        "neighbourhood": areas[-1].id,
        "member": members // 2,
    }


def _load_around(members: int) -> dict[str, int]:
    """Add partners, groups and draws as the demo has them; return the ids of those that are looked at."""
    import sqlalchemy as sa

    from core.database import db
    from panel import demo
    from panel.models import Campaign, Channel, Draw, Group, Partner
    from tests.factories.staff import make_staff

    staff_id = make_staff("panel_manager").id
    demo.load_recruiting()
    demo.load_over_time(staff_id)
    demo.load_mirror(staff_id, 7)
    demo.load_draws(staff_id, None)
    db.session.commit()

    def first(column: Any, *where: Any) -> int:
        return db.session.scalars(sa.select(column).where(*where).order_by(column)).first() or 0

    return {
        "group": first(Group.id, Group.key == "citizens_panel"),
        "rotated": first(Group.id, Group.key == "youth_board"),
        "campaign": first(Campaign.id),
        "channel": first(Channel.id),
        "partner": first(Partner.id),
        "held": first(Draw.id, Draw.state == "published"),
        "planned": first(Draw.id, Draw.state == "planned"),
    }


def _ask_often(members: int, fieldwork_id: int) -> None:
    """Write that half of the members were asked twice lately, as in a busy month."""
    import sqlalchemy as sa

    from core import clock
    from core.database import db
    from panel.models import Ask

    today = clock.today()
    for number in range(2):
        day = today - dt.timedelta(days=5 + 10 * number)
        source = f"fieldwork:{fieldwork_id}" if number == 0 else "bench"
        rows = [
            {"member_id": n, "day": day, "kind": "survey", "source": source, "engagement_id": None}
            for n in range(2, members + 1, 2)
        ]
        db.session.execute(sa.insert(Ask), rows)
    db.session.commit()


def _ask(client: Any, path: str, times: int) -> tuple[list[float], list[float]]:
    from panel.representation import disclosure

    wall, processor = [], []
    for _ in range(times):
        disclosure._hide.cache_clear()
        began, used = time.perf_counter(), time.process_time()
        response = client.get(path)
        wall.append(1000 * (time.perf_counter() - began))
        processor.append(1000 * (time.process_time() - used))
        assert response.status_code == 200, (path, response.status_code)
    return wall, processor


def run(members: int, times: int, database: str) -> dict[str, Any]:
    """Return the figures of every page."""
    folder = tempfile.mkdtemp()
    import app as application
    from bench.serving import installation

    with installation(database, Path(folder)) as (settings, _roots):
        return _run(application.create_app(settings), members, times)


def _run(built: Any, members: int, times: int) -> dict[str, Any]:
    from core.database import db
    from tests.factories import staff

    with built.app_context():
        db.create_all()
        began = time.perf_counter()
        ids = _load(members)
        loading = time.perf_counter() - began
        from feedback.jobs import count_funnel
        from panel.jobs import count_panel
        from surveys.queries import calendar

        began = time.perf_counter()
        count_panel()
        calendar.keep()
        db.session.commit()
        count_funnel()
        counting = time.perf_counter() - began
        before = _peak_mb()
        client = built.test_client()
        staff.sign_in(client, "panel_manager")
        db.session.remove()
        pages = []
        for name, path in PAGES.items():
            wall, processor = _ask(client, path.format(**ids), times)
            pages.append(
                {
                    "page": name, "ms": round(statistics.median(wall)), "worst_ms": round(max(wall)),
                    "cpu_ms": round(statistics.median(processor)), "kept": statistics.median(wall) < LIMIT_MS,
                }
            )  # fmt: skip
    return {
        "members": members, "load_seconds": round(loading, 1), "count_seconds": round(counting, 2),
        "peak_mb": round(_peak_mb()),
        "peak_mb_before_pages": round(before), "limit_ms": LIMIT_MS, "pages": pages,
        "ok": all(page["kept"] for page in pages),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5, help="how often each page is asked for")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    figures = run(options.members, options.times, options.database)
    if options.json:
        print(json.dumps(figures))
    else:
        for page in figures["pages"]:
            print(f"{page['page']:>28}: {page['ms']} ms, worst {page['worst_ms']}, processor {page['cpu_ms']}")
        print(f"{members_words(figures)}")
    return 0 if figures["ok"] else 1


def members_words(figures: dict[str, Any]) -> str:
    """Return the last line for a person."""
    return f"{figures['members']:,} members, at most {figures['peak_mb']} MB"


if __name__ == "__main__":
    sys.exit(main())
