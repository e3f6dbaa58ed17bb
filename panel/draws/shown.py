"""What everybody sees of a draw, and what the people it found read about it; in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _

from core import clock, config
from core.database import db
from core.errors import NotFoundError
from i18n.web import day, number
from panel import purposes
from panel.draws import naming, people
from panel.involvement import Entry
from panel.models import Draw, DrawnPerson, DrawSheet, DrawState, Reply, Role

#: How many draws a page lists.
PAGE_SIZE = 50


def list_public(offset: int = 0) -> list[Draw]:
    """Return draws that were fixed, the latest first, one more than a page where there are more."""
    fixed = sa.select(Draw).where(Draw.fixed_at.is_not(None)).order_by(Draw.fixed_at.desc(), Draw.id.desc())
    return list(db.session.scalars(fixed.limit(PAGE_SIZE + 1).offset(offset)))


def row(draw: Draw) -> dict[str, Any]:
    """Return the line of a draw in the public list."""
    return {"draw": draw, "title": title(draw), "state": naming.state(draw)}


def title(draw: Draw) -> str:
    """Return what a draw is for, in the reader's language where its engagement has it."""
    return purposes.title(draw.engagement_id) or draw.title


def commitment_of(draw: Draw) -> str:
    """Return what was published when the draw was fixed, as a file."""
    return json.dumps(draw.commitment, ensure_ascii=False, indent=2, sort_keys=True)


def page(draw: Draw) -> dict[str, Any]:
    """Return what the public page of a draw shows."""
    said = draw.commitment or {}
    sheet = find_sheet(draw, 0)
    names = naming.Names()
    return {
        "draw": draw,
        "title": title(draw),
        "state": naming.state(draw),
        "features": [naming.feature(f) for f in draw.features],
        "method": _(naming.METHODS[draw.algorithm]),
        "version": said.get("version"),
        "quotas": _by_feature(
            (c, (names.category(c, f), number(low), number(high))) for c, f, low, high in said.get("quotas", [])
        ),
        "sheet": sheet.public if sheet else None,
        "makeup": _makeup(sheet, names) if sheet else [],
        "chances": [_chance_row(row) for row in sheet.public["chances"]] if sheet else [],
        "rounds": _rounds(draw) if sheet else [],
        "lowest": in_hundred(sheet.public["min_probability"]) if sheet else "",
        "bound": in_hundred(sheet.public["upper_bound"]) if sheet else "",
        "address": f"{config.settings().base_url}/lottery/{draw.id}",
    }


def _makeup(sheet: DrawSheet, names: naming.Names) -> list[tuple[str, list[Any]]]:
    rows = sheet.public["draws"][0]["makeup"]
    return _by_feature((r["category"], r | {"value": names.category(r["category"], r["feature"])}) for r in rows)


def _by_feature(rows: Iterable[tuple[str, Any]]) -> list[tuple[str, list[Any]]]:
    """Return (name of the feature, its rows) of (key of a feature, row), in the order in which features come."""
    out: dict[str, list[Any]] = {}
    for key, one in rows:
        out.setdefault(key, []).append(one)
    return [(naming.feature(key), found) for key, found in out.items()]


def _chance_row(row: dict[str, Any]) -> tuple[str, str]:
    low, high = in_hundred(row["from"]), in_hundred(row["to"])
    chance = low if low == high else _("%(low)s to %(high)s", low=low, high=high)
    return number(row["people"]), chance


def in_hundred(probability: float) -> str:
    """Return a chance as how many of 100, with as many places as small ones need."""
    places = 1 if probability >= 0.01 else 3
    return number(round(100 * probability, places))


def _rounds(draw: Draw) -> list[DrawSheet]:
    mine = sa.select(DrawSheet).where(DrawSheet.draw_id == draw.id, DrawSheet.number > 0)
    return list(db.session.scalars(mine.order_by(DrawSheet.number)))


def find_sheet(draw: Draw, sheet_number: int) -> DrawSheet | None:
    """Return a sheet of a published draw, None where there is none to be seen."""
    if draw.state != DrawState.PUBLISHED:
        return None
    return db.session.get(DrawSheet, (draw.id, sheet_number))


def file_of(draw: Draw, sheet_number: int) -> str:
    """Return the file of a sheet, which `flask panel verify-draw` reads. Raises NotFoundError."""
    sheet = find_sheet(draw, sheet_number)
    if sheet is None:
        raise NotFoundError
    return json.dumps(sheet.public | {"sealed": sheet.whole}, ensure_ascii=False)


# --- why me ------------------------------------------------------------------------------------------------------


def chance_in_words(probability: float) -> str:
    """Return how likely it was to be chosen, as children of ten read it."""
    if probability >= 0.995:
        return _("Everybody like you was chosen, because we needed all of you.")
    if probability >= 0.015:
        return _("Of 100 people like you, about %(count)s were chosen.", count=number(round(100 * probability)))
    every = round(1 / probability) if probability > 0 else 0
    return _("Of %(count)s people like you, about 1 was chosen.", count=number(_rounded(every)))


def _rounded(value: int) -> int:
    """Return a number with at most two digits that count: more would say nothing to anybody."""
    step = 10 ** max(0, len(str(value)) - 2)
    return round(value / step) * step


def why(draw: Draw, person: DrawnPerson) -> dict[str, Any]:
    """Return what somebody reads who was drawn: why, and how likely it was."""
    return {
        "draw": draw,
        "person": person,
        "title": title(draw),
        "pool": number(draw.pool_people),
        "size": number(draw.draw_size),
        "chance": chance_in_words(person.probability),
        "features": [naming.feature(f) for f in draw.features],
        "instead": person.role == Role.REPLACEMENT,
        "day": day(draw.drawn_at),
        "declined": person.reply == Reply.DECLINED,
        "said_yes": person.reply == Reply.YES,
    }


def drawn_for(member_id: int) -> list[Entry]:
    """Return for a member's own page which lotteries found them."""
    entries = []
    for draw, person in people.list_of_member(member_id):
        at = draw.published_at or draw.created_at
        if person.reply == Reply.DECLINED:
            status = _("You were chosen by lottery and said no.")
        else:
            status = _("You were chosen by lottery.")
        name = title(draw)
        href = url_for("lottery.why", draw_id=draw.id)
        entries.append(Entry(name, at.astimezone(clock.zone()).date(), status, href, _("Why me?")))
    return entries


def kept_of(member_id: int) -> str | None:
    """Say before somebody leaves that a lottery which chose them can still be checked."""
    if not people.list_of_member(member_id):
        return None
    return _("That this number was chosen by lottery, so that the lottery can be checked.")


def chances_in_words(audience: dict[str, Any], member_ids: Sequence[int]) -> dict[int, str]:
    """Return member -> how likely it was, in words to be read out to them; empty where no draw chose anybody."""
    draw_ids = audience.get("draw_ids") or []
    if not draw_ids:
        return {}
    found = people.chances(draw_ids, member_ids)
    return {member_id: chance_in_words(probability) for member_id, probability in found.items()}


def pages_of_audience(audience: dict[str, Any]) -> list[str]:
    """Return the public addresses of the lotteries that chose the people of an audience."""
    base = config.settings().base_url
    return [f"{base}{url_for('lottery.show', draw_id=draw_id)}" for draw_id in audience.get("draw_ids") or []]


def why_for_audience(audience: dict[str, Any], member_id: int) -> dict[str, Any] | None:
    """Return what `why` does for somebody invited as one of the people of a draw, None where no draw chose them."""
    wanted = set(audience.get("draw_ids") or [])
    for draw, person in people.list_of_member(member_id):
        if draw.id in wanted:
            return why(draw, person)
    return None
