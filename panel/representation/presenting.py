"""Figures and targets in words, for pages, downloads and commands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from flask_babel import format_decimal
from flask_babel import gettext as _

from core.errors import N_
from i18n.web import listed, number, percent
from panel import queries
from panel.questions import PREFER_NOT
from panel.recruiting.kinds import AIMED
from panel.representation import counting, features, groups
from panel.representation.comparing import Comparison, Figure, Line, Table
from panel.representation.counting import PANEL
from panel.representation.disclosure import Shown
from panel.representation.features import Feature
from panel.representation.recruiting import Channel, Plan
from panel.representation.targets import Mismatch
from panel.representation.whole import Whole

#: Stands where a number is too small to be shown, or would give one away.
HIDDEN = "*"
#: Stands where there is nothing to compare with.
NOTHING = "–"
_UNSAID = {PREFER_NOT: N_("Prefer not to say"), counting.NOT_ANSWERED: N_("Not answered")}


class _Problem(Protocol):
    @property
    def row(self) -> int: ...
    @property
    def words(self) -> str: ...
    @property
    def params(self) -> Mapping[str, str]: ...


def problems(found: Sequence[_Problem]) -> list[str]:
    """Return what is wrong with a file, a line for each row."""
    return [_("Row %(row)s: %(problem)s", row=p.row, problem=_(p.words, **dict(p.params))) for p in found]


def feature_words(key: str, catalogue: Mapping[str, Feature]) -> str:
    """Return what a feature is called, in the reader's language."""
    if key == "area":
        return _("Area")
    if pair := features.joint(key):
        one, two = (catalogue[part].words() for part in pair)
        return _("%(one)s by %(two)s", one=one, two=two)
    return catalogue[key].words() if key in catalogue else key


def category_words(feature: str, category: str, catalogue: Mapping[str, Feature], areas: Mapping[str, str]) -> str:
    """Return what a category is called; `areas` are names by code."""
    if category in _UNSAID:
        return _(_UNSAID[category])
    if feature == "area":
        return areas.get(category, category)
    if pair := features.joint(feature):
        parts = category.split(features.JOINT)
        # A part alone is of whichever of the two features knows it.
        known = pair if len(parts) == 2 else [f for f in pair if category in catalogue[f].categories]
        return listed((catalogue[f].category(c) for f, c in zip(known, parts, strict=True)), "unit")
    return catalogue[feature].category(category) if feature in catalogue else category


def mismatches(found: Sequence[Mismatch]) -> list[str]:
    """Return where figures do not add up, a sentence each."""
    if not found:
        return []
    catalogue = features.catalogue()
    areas = queries.list_areas()
    names, by_code = {a.id: a.name for a in areas}, {a.code: a.name for a in areas}
    return [
        _(
            m.words,
            area=names.get(m.area_id, ""),
            feature=feature_words(m.feature, catalogue),
            category=category_words(m.feature, m.category, catalogue, by_code),
            one=number(m.one),
            other=number(m.other),
        )
        for m in found
    ]


def stage_words(stage: str) -> str:
    """Return what a stage is called."""
    return _(counting.STAGES[stage])


def count(shown: Shown) -> str:
    """Return a count in words, or the mark of one that is not shown."""
    return HIDDEN if shown is None else number(shown)


def _points(share: float) -> str:
    """Return a difference of shares in points, with its sign."""
    return format_decimal(round(100 * share, 1) + 0.0, "+#,##0.0;\u2212#,##0.0")


def _figure(figure: Figure) -> str:
    if figure.count is None:
        return HIDDEN
    if figure.share is None:
        return number(figure.count)
    return _("%(share)s (%(count)s)", share=percent(figure.share, 1), count=number(figure.count))


def _difference(figure: Figure, aimed: float | None) -> str:
    if figure.difference is None or figure.low is None or figure.high is None or aimed is None:
        return NOTHING
    places = {
        "difference": _points(figure.difference),
        "low": _points(figure.low - aimed),
        "high": _points(figure.high - aimed),
    }
    if not figure.is_off:
        return _("%(difference)s (%(low)s to %(high)s)", **places)
    if figure.difference < 0:
        return _("%(difference)s (%(low)s to %(high)s): too few", **places)
    return _("%(difference)s (%(low)s to %(high)s): more than their share", **places)


def blocks(made: Comparison) -> list[dict[str, Any]]:
    """Return every feature as the page needs it: caption, table, bars and what stands below them."""
    areas = {a.code: a.name for a in made.areas}
    return [_block(table, made, areas) for table in made.tables]


def _block(table: Table, made: Comparison, areas: Mapping[str, str]) -> dict[str, Any]:
    def words(line: Line) -> str:
        return category_words(table.feature, line.category, made.catalogue, areas)

    head = [feature_words(table.feature, made.catalogue), _("Population")]
    for stage in made.stages:
        head += [stage_words(stage), _("%(stage)s: difference in points", stage=stage_words(stage))]
    return {
        "id": "f-" + table.feature.replace("*", "-by-").replace(":", "-"),
        "caption": head[0],
        "head": head,
        "rows": [_row(words(line), line, made.stages) for line in table.lines],
        "numeric": list(range(1, len(head))),
        "bars": [bar for line in table.lines for bar in _bars(words(line), line)] if table.has_targets else [],
        "indexes": [
            (stage_words(stage), number(round(index, 3)) if index is not None else HIDDEN)
            for stage, index in table.dissimilarity.items()
        ],
        "not_answered": [(stage_words(stage), count(n)) for stage, n in table.not_answered.items()],
        "has_targets": table.has_targets,
    }


def _row(words: str, line: Line, stages: Sequence[str]) -> list[str]:
    lives = NOTHING
    if line.population is not None and line.population_share is not None:
        lives = _("%(share)s (%(count)s)", share=percent(line.population_share, 1), count=number(line.population))
    cells = [words, lives]
    for stage in stages:
        figure = line.stages[stage]
        cells += [_figure(figure), _difference(figure, line.population_share)]
    return cells


def _bars(words: str, line: Line) -> Iterator[dict[str, Any]]:
    share = line.stages[PANEL].share
    if line.population_share is not None:
        label = _("%(category)s: population", category=words)
        yield {"label": label, "share": line.population_share, "shown": percent(line.population_share, 1)}
        label = _("%(category)s: panel", category=words)
        yield {"label": label, "share": share, "shown": HIDDEN if share is None else percent(share, 1)}


def group_blocks(made: groups.Comparison) -> list[dict[str, Any]]:
    """Return every feature a group is compared by as a table: caption, head, rows, and how many did not answer."""
    return [_group_block(table, made) for table in made.tables]


def _group_block(table: groups.Table, made: groups.Comparison) -> dict[str, Any]:
    caption = feature_words(table.feature, made.catalogue)
    head = [caption, _("Population"), *([_("Should be")] if made.own else []), _("Group"), _("Difference in points")]
    rows = []
    for row in table.rows:
        figure, aimed = row.line.stages[PANEL], row.line.population_share
        wanted = [NOTHING if share is None else percent(share, 1) for share in (row.population, aimed)]
        words = category_words(table.feature, row.line.category, made.catalogue, {})
        rows.append([words, *wanted[: 2 if made.own else 1], _figure(figure), _difference(figure, aimed)])
    numeric = list(range(1, len(head)))
    return {"caption": caption, "head": head, "rows": rows, "numeric": numeric, "unsaid": count(table.not_answered)}


#: The columns of a download: keys, the same in every language.
COLUMNS = (
    *("area", "area_name", "feature", "category", "category_name", "population", "population_share"),
    *("stage", "count", "share", "low", "high", "difference"),
)


def rows(made: Comparison) -> Iterator[tuple[Any, ...]]:
    """Yield the page's figures for a download, a row for each category at each stage; hidden counts are “*”."""
    yield COLUMNS
    areas = {a.code: a.name for a in made.areas}
    for table in made.tables:
        for line in table.lines:
            name = category_words(table.feature, line.category, made.catalogue, areas)
            lives = (line.population, _short(line.population_share))
            for stage in made.stages:
                f = line.stages[stage]
                shares = (_short(f.share), _short(f.low), _short(f.high), _short(f.difference))
                shown = HIDDEN if f.count is None else f.count
                yield made.area.code, made.area.name, table.feature, line.category, name, *lives, stage, shown, *shares


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def whole(measured: Whole, made: Comparison) -> dict[str, Any]:
    """Return the measures of the whole panel in words, for a summary list, and what to know about them."""
    areas = {a.code: a.name for a in made.areas}
    rows = [
        {"key": _("People on the panel"), "value": number(measured.size)},
        {
            "key": _("Effective sample size"),
            "value": _(
                "%(people)s people (design effect %(effect)s, heaviest weight %(heaviest)s)",
                people=number(measured.effective),
                effect=number(round(measured.design_effect, 2)),
                heaviest=number(round(measured.heaviest, 1)),
            ),
        },
    ]
    if measured.r is not None:
        rows += [
            {"key": _("R-indicator of the panel"), "value": format_decimal(measured.r.r, "0.00000")},
            {
                "key": _("R-indicator, as if one in two were on the panel"),
                "value": number(round(measured.r.comparable, 3)),
            },
            {
                "key": _("Largest bias of an unweighted mean"),
                "value": _("%(share)s standard deviations", share=number(round(measured.r.largest_bias, 2))),
            },
        ]
    if measured.answering is not None:
        rows.append(
            {"key": _("R-indicator of answering when invited"), "value": number(round(measured.answering.r, 2))}
        )
    missing = [
        f"{feature_words(f, made.catalogue)}: {category_words(f, c, made.catalogue, areas)}"
        for f, c in measured.missing
    ]
    margins = [feature_words(name, made.catalogue) for name in measured.margins]
    return {"rows": rows, "missing": missing, "margins": margins}


def plan(made: Plan, sources: Mapping[str, str]) -> list[list[str]]:
    """Return the list of whom to recruit as the rows of a table; `sources` are names of channels."""
    areas = {a.code: a.name for a in made.comparison.areas}
    catalogue = made.comparison.catalogue
    rows = []
    for place, group in enumerate(made.groups, 1):
        name = category_words(group.feature, group.category, catalogue, areas)
        rows.append(
            [
                _(
                    "%(place)s. %(feature)s: %(category)s",
                    place=number(place),
                    feature=feature_words(group.feature, catalogue),
                    category=name,
                ),
                number(group.needed),
                count(group.now),
                number(group.forecast),
                number(group.aim),
                "; ".join(_channel(c, sources) for c in group.channels) or _("No channel has brought 8 or more yet"),
                listed(areas[code] for code in group.places) or NOTHING,
            ]
        )
    return rows


#: A campaign begins with so many of the groups that are furthest behind.
_AIMS = 5


def aims(made: Plan) -> list[str]:
    """Return the groups furthest behind as `feature:category:people`, for the form of a campaign."""
    wanted = [group for group in made.groups if group.feature in AIMED or group.feature == "area"]
    return [f"{group.feature}:{group.category}:{group.needed}" for group in wanted[:_AIMS]]


def _channel(channel: Channel, sources: Mapping[str, str]) -> str:
    return _(
        "%(channel)s (%(part)s of the %(whole)s it brought)",
        channel=sources.get(channel.key, channel.key),
        part=number(channel.part),
        whole=number(channel.whole),
    )
