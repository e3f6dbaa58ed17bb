"""The people a draw is held over: read once when it is fixed, under numbers that are made for this draw alone.

A number is HMAC(key of the draw, member), so nobody who sees the pool, its hash or a sheet can tell who stands behind
it, nor follow a person from one draw to the next. The same goes for the numbers of addresses.
"""

from __future__ import annotations

import base64
import csv
import hmac
import io
import secrets
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock
from core.crypto import keyring
from core.database import db
from panel import asking, audience, bands
from panel.draws import features
from panel.draws.errors import ErasedError
from panel.lottery.pool import ID, Pool
from panel.models import Area, Draw, DrawQuota, DrawSecret, Member
from panel.questions import PREFER_NOT

#: The column of the number of an address, and that of the chance that somebody says yes.
HOUSEHOLD, RESPONSE = "household", "response"
#: The category of who has not told, or not to be told, what a feature asks.
NOT_SAID = "not_said"
#: How many rows are fetched at once.
_CHUNK = 5000


def number(key: str, kind: str, value: object) -> str:
    """Return the number of a member (`kind` p) or an address (h) in the draw of `key`."""
    return f"{kind}-{hmac.digest(key.encode(), f'{kind}|{value}'.encode(), 'sha256').hex()[:20]}"


def meant(draw: Draw) -> sa.Select[int]:
    """Return a SELECT of the ids of the members the plan is about, whether or not they may be asked just now."""
    return audience.members_where(draw.audience)


def askable(draw: Draw) -> sa.Select[int]:
    """Return a SELECT of the ids of those who may be asked today: the pool, if it were fixed now."""
    return asking.askable(meant(draw), clock.today())


def counts(draw: Draw) -> tuple[int, int]:
    """Return how many people the plan is about, and how many of them may be asked today."""
    people = meant(draw).add_columns(_is_free()).subquery()
    row = db.session.execute(sa.select(sa.func.count(), sa.func.sum(people.c.free)).select_from(people)).one()
    return row[0], int(row[1] or 0)


def _is_free() -> sa.Label[int]:
    return sa.case((sa.and_(*asking.all_free(clock.today())), 1), else_=0).label("free")


@dataclass(frozen=True)
class Counted:
    """How many people a plan is about, how many of them may be asked today, and (feature -> category -> how many)."""

    meant: int
    free: int
    by_feature: Mapping[str, Mapping[str, int]]


def counted(draw: Draw, wanted: Sequence[str]) -> Counted:
    """Return the pool, if it were fixed now, by each of `wanted`; NOT_SAID stands for those who have not told.

    In one query: who agreed and who may be asked is looked up for everybody on the panel, so it is done once.
    """
    if not wanted:
        return Counted(*counts(draw), {})
    single = sorted({part for feature in wanted for part in features.parts(feature)})
    codes = {str(place): code for place, code in area_codes().items()}
    with_free = bands.select_features(Member.id, single, place=features.AREA in single).add_columns(_is_free())
    people = with_free.where(*audience.meant(draw.audience)).cte("people")
    selects = [_counted(people, number, features.parts(feature)) for number, feature in enumerate(wanted)]
    out: dict[str, dict[str, int]] = {feature: {} for feature in wanted}
    everybody = 0
    for number, *values, count, free in db.session.execute(sa.union_all(*selects)):
        feature = wanted[number]
        told = dict(zip(features.parts(feature), values, strict=False))
        said = {part: codes.get(v) if part == features.AREA else v for part, v in told.items()}
        category = features.category(feature, {p: None if v == PREFER_NOT else v for p, v in said.items()}) or NOT_SAID
        out[feature][category] = out[feature].get(category, 0) + int(free)
        everybody += count if number == 0 else 0
    return Counted(everybody, sum(out[wanted[0]].values()), out)


def _counted(people: sa.CTE, number: int, parts: Sequence[str]) -> sa.Select[Any]:
    """Return a SELECT of `number`, the categories of one feature or of two crossed, all of these people, the free."""
    columns: list[sa.ColumnElement[Any]] = [
        sa.cast(people.c[part], sa.String) if part == features.AREA else people.c[part] for part in parts
    ]
    padded = [*columns, *[sa.cast(sa.null(), sa.String)] * (2 - len(columns))]
    return sa.select(sa.literal(number), *padded, sa.func.count(), sa.func.sum(people.c.free)).group_by(*columns)


def area_codes() -> dict[int, str]:
    """Return id -> code of the places (level 2)."""
    return {i: code for i, code in db.session.execute(sa.select(Area.id, Area.code).where(Area.level == 2))}  # noqa: C416


def read(draw: Draw, quotas: Sequence[DrawQuota], key: str) -> Pool:
    """Return the pool as it is today, in the order of its numbers; `response` holds each person's expected answer."""
    known: dict[str, set[str]] = {}
    for quota in quotas:
        known.setdefault(quota.feature, set()).add(quota.category)
    wanted = sorted(draw.features)
    asked = {part for feature in wanted for part in features.parts(feature)}
    rates, by = draw.responses.get("rates") or {}, draw.responses.get("feature") or ""
    rows: list[tuple[str, ...]] = []
    for member_id, address, values in _people(draw, sorted({*asked, *([by] if by else [])})):
        own = [features.category(feature, values) for feature in wanted]
        told = [c if c and c in known.get(f, ()) else NOT_SAID for f, c in zip(wanted, own, strict=True)]
        rate = rates.get(values.get(by) or "", rates.get("", 100))
        home = number(key, "h", address) if address else ""
        rows.append((number(key, "p", member_id), home, str(rate / 100), *told))
    rows.sort()
    ids, homes, responses, *columns = zip(*rows, strict=True) if rows else [()] * (3 + len(wanted))
    named = {HOUSEHOLD: homes, RESPONSE: responses} | dict(zip(wanted, columns, strict=True))
    return Pool(ids, named)


def _people(draw: Draw, asked: Sequence[str]) -> Iterator[tuple[int, str | None, dict[str, str | None]]]:
    """Yield member, digest of the address, and the category of each feature `asked` about."""
    codes = area_codes()
    own = [feature for feature in asked if feature != features.AREA]
    query = bands.select_features(Member.id, own).add_columns(Member.address_index).where(Member.id.in_(askable(draw)))
    for member_id, place, *values, address in db.session.execute(query.execution_options(yield_per=_CHUNK)):
        yield member_id, address, dict(zip(own, values, strict=True)) | {"area": codes.get(place)}


def without_responses(pool: Pool) -> Pool:
    """Return the pool as it is kept: what is expected of somebody is no part of it."""
    return Pool(pool.ids, {name: values for name, values in pool.columns.items() if name != RESPONSE})


def as_csv(pool: Pool) -> str:
    """Return the pool as a file that `flask panel verify-draw --pool` reads."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    names = sorted(pool.columns)
    writer.writerow([ID, *names])
    writer.writerows(zip(pool.ids, *(pool.columns[name] for name in names), strict=True))
    return file.getvalue()


def keep(draw_id: int, pool: Pool, key: str, secret: str) -> DrawSecret:
    """Seal the pool, its key and the secret for a draw."""
    text = base64.b64encode(zlib.compress(as_csv(pool).encode(), 6)).decode()
    sealed = {"secret": secret, "key": key, "pool": text}
    row = DrawSecret(draw_id=draw_id, **{c: keyring().seal(v, _place(c, draw_id)) for c, v in sealed.items()})
    db.session.add(row)
    db.session.flush()
    return row


def _place(column: str, draw_id: int) -> str:
    return f"draw_secret.{column}:{draw_id}"


def opened(draw_id: int, column: str) -> str:
    """Return the `secret`, the `key` or the `pool` (CSV) of a draw, in clear. Raises ErasedError."""
    sealed = db.session.scalar(sa.select(getattr(DrawSecret, column)).where(DrawSecret.draw_id == draw_id))
    if sealed is None:
        raise ErasedError
    text = keyring().open(sealed, _place(column, draw_id))
    return zlib.decompress(base64.b64decode(text)).decode() if column == "pool" else text


def are_kept(draw_id: int) -> bool:
    """Return whether the pool and the key of a draw are still there."""
    return bool(db.session.scalar(sa.select(sa.exists().where(DrawSecret.draw_id == draw_id))))


def fresh_secret() -> str:
    """Return a secret nobody can guess."""
    return secrets.token_hex(32)


def members_behind(key: str, numbers: Collection[str]) -> dict[str, int]:
    """Return number -> member for those who are still known here."""
    wanted = set(numbers)
    everybody = db.session.scalars(sa.select(Member.id).order_by(Member.id).execution_options(yield_per=_CHUNK))
    found = ((number(key, "p", member_id), member_id) for member_id in everybody)
    return {name: member_id for name, member_id in found if name in wanted}
