"""Load population figures: read a file row by row, say everything that is wrong with it, keep all of it or nothing."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from core import audit, clock
from core.database import db, lock_name
from core.errors import N_, DomainError
from panel.models import Area, PopulationCount, TargetSet
from panel.representation import features, targets
from panel.representation.features import Feature

COLUMNS = ("area", "feature", "category", "count")
#: Problems named at once; more would help nobody.
_MOST = 50
#: Rows of a file: areas x features x categories of the largest system fit in.
MOST_ROWS = 50_000
_LARGEST = 2_000_000_000
_SOURCE_LENGTH = 300


@dataclass(frozen=True)
class Problem:
    """What is wrong in a row; `words` is marked with N_."""

    row: int
    words: str
    params: Mapping[str, str] = field(default_factory=dict)


class TargetFileError(DomainError):
    """The file cannot be used as it is."""

    words = N_("The file has rows that cannot be used. Nothing was loaded.")
    field = "file"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = list(problems)


class SetOverError(DomainError):
    words = N_("These figures are not in use any more.")


@dataclass
class Block:
    """The figures of one feature in one area, from one source."""

    area: Area
    feature: str
    source: str
    as_of: dt.date
    row: int
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Defaults:
    """What holds for rows that do not say it themselves."""

    source: str = ""
    as_of: dt.date | None = None


def read(lines: Iterable[str], defaults: Defaults = Defaults()) -> list[Block]:
    """Return the figures in CSV `lines`. Raises TargetFileError with every problem, each with its row.

    Columns: `area` (code or name), `feature`, `category` (key or English label; the areas inside for `area`, and
    `25-34*female` for `age_band*sex`), `count`, and where `defaults` do not say it `source` and `as_of` (2021-03-21).
    """
    return _Reader(defaults).read(lines)


class _Reader:
    def __init__(self, defaults: Defaults) -> None:
        self.defaults = defaults
        areas = list(db.session.scalars(sa.select(Area)))
        self.areas = {a.code.lower(): a for a in areas} | {a.name.lower(): a for a in areas}
        self.inside: dict[int, dict[str, str]] = {}
        for a in areas:
            if a.parent_id:
                self.inside.setdefault(a.parent_id, {}).update({a.code.lower(): a.code, a.name.lower(): a.code})
        self.catalogue = features.catalogue()
        self.problems: list[Problem] = []
        self.blocks: dict[tuple[int, str], Block] = {}

    def read(self, lines: Iterable[str]) -> list[Block]:
        rows = csv.reader(lines)
        try:
            columns = self._columns(next(rows, []))
            for row in rows:
                if any(cell.strip() for cell in row):
                    self._row(rows.line_num, row, columns)
                if len(self.problems) >= _MOST or rows.line_num > MOST_ROWS:
                    break
        except csv.Error:
            self._problem(rows.line_num, N_("This is not a row of a CSV file."))
        if rows.line_num > MOST_ROWS:
            self._problem(MOST_ROWS, N_("The file is too long: it may have %(most)s rows."), most=str(MOST_ROWS))
        if not self.problems:
            for block in self.blocks.values():
                self._complete(block)
        if not self.problems and not self.blocks:
            self._problem(1, N_("The file holds no figures."))
        if self.problems:
            raise TargetFileError(self.problems[:_MOST])
        return list(self.blocks.values())

    def _problem(self, place: int, words: str, **params: str) -> None:
        self.problems.append(Problem(place, words, {key: value[:80] for key, value in params.items()}))

    def _columns(self, head: list[str]) -> dict[str, int]:
        present = {name.strip().lstrip("\ufeff").lower(): place for place, name in enumerate(head)}
        missing = [name for name in COLUMNS if name not in present]
        if missing:
            self._problem(
                1, N_("The first row must name the columns. Missing: %(columns)s."), columns=", ".join(missing)
            )
            raise TargetFileError(self.problems)
        return present

    def _row(self, number: int, row: list[str], columns: Mapping[str, int]) -> None:
        def cell(name: str) -> str:
            place = columns.get(name, len(row))
            return row[place].strip() if place < len(row) else ""

        area = self.areas.get(cell("area").lower())
        if area is None:
            self._problem(number, N_("There is no area “%(area)s”."), area=cell("area"))
            return
        feature = cell("feature")
        known = self._categories(area, feature)
        if known is None:
            self._problem(number, N_("There is no feature “%(feature)s”."), feature=feature)
            return
        category = known.get(cell("category").lower().replace(" ", "") if "*" in feature else cell("category").lower())
        if category is None:
            words = N_("“%(category)s” is no category of %(feature)s.")
            self._problem(number, words, category=cell("category"), feature=feature)
            return
        block = self._block(number, area, feature, cell("source"), cell("as_of"))
        count = self._count(number, cell("count"))
        if block is None or count is None:
            return
        if category in block.counts:
            words = N_("“%(category)s” stands in the file twice for this area and feature.")
            self._problem(number, words, category=category)
            return
        block.counts[category] = count

    def _count(self, number: int, typed: str) -> int | None:
        plain = typed.replace(",", "")
        if not (plain.isascii() and plain.isdigit()) or int(plain) > _LARGEST:
            self._problem(number, N_("“%(count)s” is not a whole number of people."), count=typed)
            return None
        return int(plain)

    def _block(self, number: int, area: Area, feature: str, source: str, as_of: str) -> Block | None:
        source = source or self.defaults.source
        day = self._day(number, as_of) if as_of else self.defaults.as_of
        if not source or len(source) > _SOURCE_LENGTH:
            words = N_("Say where the figure comes from, in at most %(most)s characters.")
            self._problem(number, words, most=str(_SOURCE_LENGTH))
            return None
        if day is None:
            if not as_of:
                self._problem(number, N_("Say which day the figure describes."))
            return None
        block = self.blocks.setdefault((area.id, feature), Block(area, feature, source, day, number))
        if (block.source, block.as_of) != (source, day):
            words = N_("Figures of one area and feature must come from one source and day, as in row %(row)s.")
            self._problem(number, words, row=str(block.row))
            return None
        return block

    def _day(self, number: int, typed: str) -> dt.date | None:
        try:
            day = dt.date.fromisoformat(typed)
        except ValueError:
            self._problem(number, N_("“%(day)s” is not a date such as 2021-03-21."), day=typed)
            return None
        if day > clock.today() or day.year < 1900:
            self._problem(number, N_("“%(day)s” is not a day on which people have been counted."), day=typed)
            return None
        return day

    def _categories(self, area: Area, feature: str) -> dict[str, str] | None:
        """Return what may be written for a category, in lower case, and the key it stands for."""
        if feature == "area":
            return self.inside.get(area.id, {})
        if pair := features.joint(feature):
            one, two = (_written(self.catalogue[key]) for key in pair)
            return {f"{a}*{b}".replace(" ", ""): f"{one[a]}*{two[b]}" for a in one for b in two}
        found = self.catalogue.get(feature)
        return None if found is None else _written(found)

    def _complete(self, block: Block) -> None:
        known = self._categories(block.area, block.feature) or {}
        missing = [key for key in dict.fromkeys(known.values()) if key not in block.counts]
        if missing:
            words = N_("%(feature)s of this area lacks %(categories)s: figures must be complete.")
            self._problem(block.row, words, feature=block.feature, categories=", ".join(missing[:4]))
        elif not sum(block.counts.values()):
            self._problem(block.row, N_("%(feature)s of this area counts nobody."), feature=block.feature)


def _written(feature: Feature) -> dict[str, str]:
    return {label.lower(): key for key, label in feature.categories.items()} | {
        key.lower(): key for key in feature.categories
    }


def load(blocks: Sequence[Block], by: str, valid_from: dt.date | None = None) -> list[TargetSet]:
    """Keep figures as new sets, valid from today or another day; those before stay as history."""
    lock_name("panel.targets")
    now, start = clock.now(), valid_from or clock.today()
    made = []
    for block in blocks:
        kept = TargetSet(
            area_id=block.area.id, feature=block.feature, source=block.source, as_of=block.as_of,
            valid_from=start, loaded_at=now, loaded_by=by,
            counts=[PopulationCount(category=c, count=n) for c, n in block.counts.items()],
        )  # fmt: skip
        made.append(kept)
    db.session.add_all(made)
    db.session.flush()
    sets = [[s.id, s.area_id, s.feature] for s in made]
    audit.record("targets.loaded", "targets", after={"sets": sets, "valid_from": start})
    return made


def end(found: TargetSet) -> None:
    """Compare nothing with these figures from today on. Raises SetOverError."""
    if found.valid_until is not None:
        raise SetOverError
    found.valid_until = max(clock.today(), found.valid_from)
    audit.record("targets.ended", f"target_set:{found.id}", after={"valid_until": found.valid_until})
    db.session.flush()


def put_project_figures(rows: Iterable[tuple[Area, str, str, int, str, dt.date]]) -> int:
    """Keep the figures that come with the project where no others have been loaded; return how many there are.

    `rows` are (area, feature, category, count, source, day). Doing it again with the same figures changes nothing.
    """
    blocks: dict[tuple[int, str], Block] = {}
    number = 0
    for number, (area, feature, category, count, source, day) in enumerate(rows, 1):
        block = blocks.setdefault((area.id, feature), Block(area, feature, source, day, number))
        block.counts[category] = count
    newest = {(s.area_id, s.feature): s for s in _project_sets()}
    now = clock.now()
    for key, block in blocks.items():
        before = newest.get(key)
        counts = None if before is None else {c.category: c.count for c in before.counts}
        if before is None or (before.source, before.as_of, counts) != (block.source, block.as_of, block.counts):
            db.session.add(
                TargetSet(
                    area_id=block.area.id, feature=block.feature, source=block.source, as_of=block.as_of,
                    # The day they describe: whatever staff load, today or for today, counts before them.
                    valid_from=block.as_of, loaded_at=now, loaded_by="project",
                    counts=[PopulationCount(category=c, count=n) for c, n in block.counts.items()],
                )
            )  # fmt: skip
    db.session.flush()
    return number


def _project_sets() -> Iterator[TargetSet]:
    query = sa.select(TargetSet).where(TargetSet.loaded_by == "project").order_by(TargetSet.id)
    yield from db.session.scalars(query.options(sa.orm.selectinload(TargetSet.counts)))


def check(blocks: Sequence[Block]) -> list[targets.Mismatch]:
    """Return where figures would not add up if `blocks` were loaded, in what they touch."""
    found = targets.figures()
    touched = {(b.area.id, b.feature) for b in blocks}
    areas = list(db.session.scalars(sa.select(Area).order_by(Area.level, Area.id)))
    parents = {b.area.parent_id for b in blocks}
    found |= {(b.area.id, b.feature): dict(b.counts) for b in blocks}
    names = {feature for _, feature in touched}
    return [
        m
        for m in targets.mismatches(found, areas, features.catalogue())
        if (m.area_id, m.feature) in touched or (m.area_id in parents and m.feature in names) or _joins(m, touched)
    ]


def _joins(mismatch: targets.Mismatch, touched: set[tuple[int, str]]) -> bool:
    return any((mismatch.area_id, part) in touched for part in mismatch.feature.split(features.JOINT))
