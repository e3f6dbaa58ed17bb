"""Bring areas, population figures and postcodes into the database."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core import config
from core.database import db, insert_or_ignore, lock_name
from core.errors import N_, DomainError
from panel.models import Area, Postcode
from panel.services import targets

DATA = Path(__file__).parent.parent / "data"
CENSUS_DAY = dt.date(2021, 3, 21)
#: Rows written with one statement.
_CHUNK = 5000

_AGE_SOURCE = "ONS Census 2021, age by sex, rounded to 100; OGL v3.0; {first}-19 is {share} of 15-19"
_CARER_SOURCE = "Estimate: England's share of unpaid carers aged 5+ (8.9%, ONS Census 2021) of residents old enough"
_CARER_SHARE = 0.089


class BadPostcodeFileError(DomainError):
    """The file is not a postcode table, or one of its rows cannot be used."""

    words = N_("Row %(row)s: %(problem)s. Nothing was loaded.")


def _read(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def ensure_areas() -> None:
    """Bring in areas and figures where there are none: a fresh installation needs them before anybody can join."""
    if db.session.scalar(sa.select(Area.id).limit(1)) is None:
        load_areas()


def load_areas() -> int:
    """Bring in areas and their population figures; return how many figures there are now. Doing it again is harmless:
    names and figures follow the files, and no area is taken away."""
    lock_name("panel.areas")
    by_code = {area.code: area for area in db.session.scalars(sa.select(Area))}
    for row in _read("areas.csv"):
        parent = by_code[row["parent_code"]].id if row["parent_code"] else None
        area = by_code.get(row["code"])
        if area is None:
            area = by_code[row["code"]] = Area(code=row["code"])
            db.session.add(area)
        area.name, area.level, area.parent_id = row["name"], int(row["level"]), parent
        db.session.flush()
    return targets.put_project_figures(
        (by_code[code], f, c, n, s, CENSUS_DAY) for code, f, c, n, s in (*_ages(), *_counts())
    )


_Figure = tuple[str, str, str, int, str]


def _counts() -> Iterator[_Figure]:
    for row in _read("counts.csv"):
        yield row["area_code"], row["feature"], row["category"], int(row["count"]), row["source"]


def _ages() -> Iterator[_Figure]:
    """Yield joint and single figures of age and sex, and the carers estimated from them.

    The census band 15-19 straddles the joining age: of its five years those old enough are taken as equal shares.
    """
    youngest = min(max(config.settings().minimum_age, 16), 19)
    years = 20 - youngest
    source = _AGE_SOURCE.format(first=youngest, share=f"{years}/5")
    by_age: dict[str, int] = {}
    by_sex: dict[str, int] = {}
    area = ""
    for row in _read("age_by_sex.csv"):
        area, band, sex, count = row["area_code"], row["age_band"], row["sex"], int(row["count"])
        if band == "0-14":
            continue
        if band == "15-19":
            band, count = "16-19", round(count * years / 5)
        yield area, "age_band*sex", f"{band}*{sex}", count, source
        by_age[band] = by_age.get(band, 0) + count
        by_sex[sex] = by_sex.get(sex, 0) + count
    for feature, sums in (("age_band", by_age), ("sex", by_sex)):
        for category, count in sums.items():
            yield area, feature, category, count, source
    carers = round(sum(by_age.values()) * _CARER_SHARE)
    yield area, "carer", "yes", carers, _CARER_SOURCE
    yield area, "carer", "no", sum(by_age.values()) - carers, _CARER_SOURCE


def load_postcodes(lines: Iterable[str]) -> tuple[int, int]:
    """Replace the table of postcodes by the CSV `lines` in ONS columns; return how many were kept and passed over.

    Needs `pcds` (or `pcd`, `pcd7`, `pcd8`), and `laua` (or `oslaua`, `ladcd` and such) whose code says which of our
    areas a postcode lies in; `lsoa21` is kept when there. Postcodes of other areas are passed over. The lines are
    streamed. Raises BadPostcodeFileError with the row's number; the caller then rolls back.
    """
    areas = {area.code: area.id for area in db.session.scalars(sa.select(Area))}
    rows = csv.reader(lines)
    columns = _columns(next(rows, []))
    lock_name("panel.postcodes")
    db.session.execute(sa.delete(Postcode))
    kept, passed, chunk = 0, 0, []
    for number, row in enumerate(rows, start=2):
        found = _postcode(number, row, columns, areas)
        if found is None:
            passed += bool(row)
            continue
        chunk.append(found)
        if len(chunk) == _CHUNK:
            kept += _insert(chunk)
            chunk = []
    return kept + _insert(chunk), passed


_NAMES = {
    "postcode": ("pcds", "pcd", "pcd7", "pcd8", "pcd2", "postcode"),
    "authority": ("laua", "oslaua", "ladcd", "lad25cd", "lad24cd", "lad23cd", "lad22cd", "lad21cd"),
    "lsoa": ("lsoa21", "lsoa21cd", "lsoa11", "lsoa11cd"),
}


def _columns(head: list[str]) -> dict[str, int]:
    present = {name.strip().lstrip("\ufeff").lower(): position for position, name in enumerate(head)}
    columns = {
        use: next(present[name] for name in names if name in present)
        for use, names in _NAMES.items()
        if any(name in present for name in names)
    }
    for use in ("postcode", "authority"):
        if use not in columns:
            wanted = " or ".join(_NAMES[use][:2])
            raise BadPostcodeFileError(row=1, problem=f"there is no column {wanted}")
    return columns


def _postcode(number: int, row: list[str], columns: dict[str, int], areas: dict[str, int]) -> dict[str, Any] | None:
    """Return a row for the table, or None when it is blank or lies outside our areas."""
    if not any(cell.strip() for cell in row):
        return None
    try:
        code = "".join(row[columns["postcode"]].split()).upper()
        authority = row[columns["authority"]].strip()
        lsoa = row[columns["lsoa"]].strip() if "lsoa" in columns else ""
    except IndexError:
        raise BadPostcodeFileError(row=number, problem="it has fewer columns than the first row") from None
    if not (5 <= len(code) <= 8 and code.isascii() and code.isalnum()):
        raise BadPostcodeFileError(row=number, problem="it has no postcode where one is expected")
    if authority not in areas:
        return None
    return {"code": code, "area_id": areas[authority], "lsoa": lsoa[:12] or None}


def _insert(chunk: list[dict[str, Any]]) -> int:
    if chunk:
        db.session.execute(insert_or_ignore(Postcode.__table__), chunk)
    return len(chunk)
