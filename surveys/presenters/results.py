"""Results in words: tables and bars for the page. What may not be shown and what nobody said look the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from core.errors import N_
from i18n.web import number, percent
from panel.bands import FEATURES
from surveys import results, types
from surveys.compiled import Compiled, Words
from surveys.document import Question

#: Stands where a number is too small to be shown, or nought.
HIDDEN = "–"
_FEATURE_WORDS = {"area": N_("Area")}


@dataclass(frozen=True)
class Block:
    """The results of one question."""

    id: str
    heading: str
    answered: str
    bars: list[dict[str, Any]]
    rows: list[list[str]]
    mean: str
    tables: list[dict[str, Any]]
    #: Whether texts were written that can be read one by one.
    free_text: bool
    several: bool


def blocks(compiled: Compiled, words: Words, data: dict[str, Any], areas: dict[str, str]) -> list[Block]:
    """Return the results of every question, in order."""
    return [
        _block(q, words, data["questions"][q.id], areas)
        for q in compiled.document.questions
        if q.id in data["questions"]
    ]


def _block(question: Question, words: Words, result: dict[str, Any], areas: dict[str, str]) -> Block:
    kind = types.get(question.type)
    answered = result["answered"]
    labels = [kind.label(question, key, words) for key, _ in result["rows"]]
    counts = [count for _, count in result["rows"]]
    shares = [count / answered if count is not None and answered else None for count in counts]
    shape = kind.summarise(question, {}, 0)
    return Block(
        id=question.id,
        heading=words.text(question.id, "text"),
        answered=shown(answered),
        bars=[
            {"label": label, "share": share, "shown": HIDDEN if share is None else percent(share)}
            for label, share in zip(labels, shares, strict=True)
        ],
        rows=[
            [label, shown(count), HIDDEN if share is None else percent(share)]
            for label, count, share in zip(labels, counts, shares, strict=True)
        ],
        mean="" if result["mean"] is None else number(result["mean"]),
        tables=[
            _table(feature, table, labels, areas)
            for feature, table in result["by"].items()
            if any(cell is not None for row in table["cells"] for cell in row)
        ],
        free_text=shape.free_text,
        several=shape.several,
    )


def _table(feature: str, table: dict[str, Any], labels: list[str], areas: dict[str, str]) -> dict[str, Any]:
    columns = [(i, c, size) for i, (c, size) in enumerate(table["categories"]) if size is not None]
    head = [gettext("Answer"), *(f"{category_words(feature, c, areas)} ({number(size)})" for _, c, size in columns)]
    rows = []
    for label, cells in zip(labels, table["cells"], strict=True):
        shares = [HIDDEN if cells[i] is None else percent(cells[i] / size) for i, _, size in columns]
        rows.append([label, *shares])
    return {"caption": feature_words(feature), "head": head, "rows": rows, "numeric": list(range(1, len(head)))}


def shown(count: int | None) -> str:
    """Return a count in words, or the mark of one that is not shown."""
    return HIDDEN if count is None else number(count)


def feature_words(feature: str) -> str:
    """Return what people are divided by."""
    known = FEATURES.get(feature)
    return gettext(known.label if known else _FEATURE_WORDS[feature])


def category_words(feature: str, category: str, areas: dict[str, str]) -> str:
    """Return a category in words."""
    if category == results.UNKNOWN:
        return gettext("Not known")
    if feature == "area":
        return areas.get(category, gettext("Not known"))
    return gettext(FEATURES[feature].categories.get(category, N_("Not known")))


def people(data: dict[str, Any], population: dict[str, dict[str, int]], areas: dict[str, str]) -> list[dict[str, Any]]:
    """Return, by feature, who answered against who was invited and who lives here."""
    tables = []
    for feature, rows in data.get("people", {}).items():
        asked, answered = data["invited"], data["done"]
        living = population.get(feature, {})
        everybody = sum(living.values())
        lines = []
        for category, invited, done in _in_order(feature, rows):
            lives = living.get(category)
            lines.append(
                [
                    category_words(feature, category, areas),
                    _share(lives, everybody) if category != results.UNKNOWN else HIDDEN,
                    _share(invited, asked),
                    _share(done, answered),
                    HIDDEN if invited is None or done is None else percent(done / invited),
                ]
            )
        tables.append({"caption": feature_words(feature), "rows": lines})
    return tables


def _in_order(feature: str, rows: list[list[Any]]) -> list[list[Any]]:
    if feature == "area":
        return sorted(rows, key=lambda row: (row[0] == results.UNKNOWN, row[0]))
    order = {category: place for place, category in enumerate(FEATURES[feature].categories)}
    return sorted(rows, key=lambda row: order.get(row[0], len(order)))


def _share(part: int | None, whole: int | None) -> str:
    return HIDDEN if part is None or not whole else percent(part / whole)
