"""Results as they may be shown: counts become tables with small numbers taken out, for the page and the CSV alike.

What is kept of a fieldwork is JSON:

    {"number": 300 | null,
     "questions": {question id: {"answered": 280 | null, "rows": [[key, count | null], …], "mean": 3.2 | null,
                   "by": {feature: {"categories": [[key, size | null], …], "cells": [[count | null, …], …]}}}},
     "people": {feature: [[category, invited | null, answered | null], …]}, "invited": 900 | null,
     "done": 300 | null}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys import disclosure, types
from surveys.compiled import Compiled
from surveys.disclosure import Shown
from surveys.document import Question
from surveys.types.base import Summary

#: By which features answers are divided, after closing.
GROUPS = ("age_band", "sex", "ethnic_group_5", "disability", "area")
#: By which features those who answered are compared with those invited and with the population.
PEOPLE = GROUPS
#: The category of those of whom it is not known, or who stand out too much for it to be kept.
UNKNOWN = "unknown"


def category_key(category: Any) -> str:
    """Return a category as a key of JSON."""
    return UNKNOWN if category is None else str(category)


@dataclass
class Counts:
    """What was counted, before anything is taken out."""

    number: int = 0
    #: By question id.
    answered: Counter[str] = field(default_factory=Counter)
    keys: dict[str, Counter[str]] = field(default_factory=dict)
    #: By feature.
    sizes: dict[str, Counter[str]] = field(default_factory=dict)
    #: By (question id, feature, category).
    answered_by: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by: dict[tuple[str, str, str], Counter[str]] = field(default_factory=dict)


def protect(compiled: Compiled, counts: Counts) -> dict[str, Any]:
    """Return what may be shown of `counts`."""
    questions = {q.id: _question(q, counts) for q in compiled.document.questions}
    return {"number": disclosure.total(counts.number), "questions": questions}


def _question(question: Question, counts: Counts) -> dict[str, Any]:
    kind = types.get(question.type)
    tally: Mapping[str, int] = counts.keys.get(question.id, Counter())
    summary = kind.summarise(
        question, tally if kind.all_keys(question) else _coded(tally), counts.answered[question.id]
    )
    answered = disclosure.total(summary.answered)
    if answered is None:
        return {"answered": None, "rows": [[row.key, None] for row in summary.rows], "mean": None, "by": {}}
    shown = _shown(summary)
    whole = all(count is not None for count in shown.values()) and bool(shown)
    return {
        "answered": answered,
        "rows": [[key, count] for key, count in shown.items()],
        # A mean is one more equation: with it, hidden counts could be worked out.
        "mean": round(summary.mean, 1) if summary.mean is not None and whole else None,
        "by": {} if _has_own_keys(summary, question) else _groups(question, summary, shown, counts),
    }


def _coded(tally: Mapping[str, int]) -> dict[str, int]:
    """Return `tally` with the rarest large and small numbers counted at the number that eight people reach.

    Bands of numbers are made from the smallest and the largest: they must not give away what one person said.
    """
    numbers = sorted((int(key), n) for key, n in tally.items() if key.lstrip("-").isdigit())
    if len(numbers) < 2 or sum(n for _, n in numbers) < 2 * disclosure.THRESHOLD:
        return dict(tally)
    low, high = _reached(numbers), _reached(numbers[::-1])
    coded: Counter[str] = Counter({key: n for key, n in tally.items() if not key.lstrip("-").isdigit()})
    for number, n in numbers:
        coded[str(min(max(number, low), high))] += n
    return dict(coded)


def _reached(numbers: Sequence[tuple[int, int]]) -> int:
    people = 0
    for number, n in numbers:
        people += n
        if people >= disclosure.THRESHOLD:
            return number
    return numbers[-1][0]


def _shown(summary: Summary) -> dict[str, Shown]:
    counts = {row.key: row.count for row in summary.rows}
    if summary.several:
        return {key: disclosure.share_of_whole(n, summary.answered) for key, n in counts.items()}
    return disclosure.one_way(counts)


def _has_own_keys(summary: Summary, question: Question) -> bool:
    """Return whether the rows are made from what was said, as bands of numbers are, or say little, as for texts."""
    return summary.free_text or (summary.mean is not None and not types.get(question.type).all_keys(question))


def _groups(question: Question, summary: Summary, shown: Mapping[str, Shown], counts: Counts) -> dict[str, Any]:
    result = {}
    for feature, sizes in counts.sizes.items():
        categories = sorted(sizes)
        answered = {c: counts.answered_by[(question.id, feature, c)] for c in categories}
        known = disclosure.one_way(answered)
        if all(size is None for size in known.values()):
            continue
        cells = [
            [counts.by.get((question.id, feature, c), Counter())[row.key] for c in categories] for row in summary.rows
        ]
        sizes_shown = [known[c] for c in categories]
        result[feature] = {
            "categories": [[c, known[c]] for c in categories],
            "cells": _protected(cells, list(shown.values()), list(answered.values()), sizes_shown, summary.several),
        }
    return result


def _protected(
    cells: Sequence[Sequence[int]],
    row_totals: Sequence[Shown],
    answered: Sequence[int],
    column_totals: Sequence[Shown],
    several: bool,
) -> list[list[Shown]]:
    if not several:
        return disclosure.two_way(cells, row_totals, column_totals)
    protected = []
    for row, total in zip(cells, row_totals, strict=True):
        # One option of several is a table of its own: those who chose it, and those who did not.
        others = [n - chosen for n, chosen in zip(answered, row, strict=True)]
        rest = None if total is None else sum(answered) - total
        protected.append(disclosure.two_way([row, others], [total, rest], column_totals)[0])
    return protected


def protect_people(
    invited: Mapping[str, Mapping[str, int]], answered: Mapping[str, Mapping[str, int]]
) -> dict[str, list[list[Any]]]:
    """Return, by feature, how many were invited and how many of them are done in each category, as may be shown."""
    tables = {}
    for feature, by_category in invited.items():
        categories = sorted(by_category)
        asked = disclosure.one_way({c: by_category[c] for c in categories})
        done = disclosure.one_way({c: answered[feature].get(c, 0) for c in categories})
        tables[feature] = [[c, asked[c], done[c]] for c in categories]
    return tables
