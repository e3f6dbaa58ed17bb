"""The modulus check: whether an account number can belong to a sort code. Pure; the tables are given.

The rules are those of Vocalink's specification "Validating account numbers" (exceptions 1 to 14). The tables
(`valacdos.txt` and the substitutions) are Vocalink's copyright and do not come with the program: an administrator loads
the current ones. Passing the check means that the numbers are plausible, not that the account exists or whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

METHODS = ("MOD10", "MOD11", "DBLAL")
#: Positions in the fourteen figures u v w x y z a b c d e f g h.
_A, _B, _C, _G, _H = 6, 7, 8, 12, 13
_EXCEPTION_2 = (0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1)
_EXCEPTION_2_NINE = (0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1)
#: The sort codes that exceptions 8 and 9 check with instead.
_INSTEAD_8, _INSTEAD_9 = "090126", "309634"
#: Two lines of these exceptions are alternatives: one that passes is enough.
_EITHER = ({2, 9}, {10, 11}, {12, 13})


class TableError(ValueError):
    """A table cannot be read. `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True)
class Rule:
    """One line of the table: how numbers of a range of sort codes are checked."""

    sort_from: str
    sort_to: str
    method: str
    weights: tuple[int, ...]
    exception: int | None = None


def read_rules(lines: Iterable[str]) -> list[Rule]:
    """Return the rules of `valacdos.txt` in their order. Raises TableError."""
    rules = []
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if not parts:
            continue
        figures = parts[3:]
        good = (
            len(parts) in {17, 18}
            and all(re.fullmatch(r"[0-9]{6}", code) for code in parts[:2])
            and parts[0] <= parts[1]
            and parts[2] in METHODS
            and all(re.fullmatch(r"-?[0-9]{1,4}", figure) for figure in figures)
        )
        if not good:
            raise TableError(number)
        exception = int(figures[14]) if len(figures) == 15 else None
        rules.append(Rule(parts[0], parts[1], parts[2], tuple(map(int, figures[:14])), exception))
    return rules


def read_substitutions(lines: Iterable[str]) -> dict[str, str]:
    """Return {sort code: sort code to check with instead}. Raises TableError."""
    found = {}
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 2 or not all(re.fullmatch(r"[0-9]{6}", code) for code in parts):
            raise TableError(number)
        found[parts[0]] = parts[1]
    return found


def plausible(sort_code: str, account: str, rules: Sequence[Rule], substitutions: Mapping[str, str]) -> bool:
    """Return whether `account` (8 figures) can belong to `sort_code` (6). `rules` are those that meet it, in order.

    A sort code that no rule meets cannot be checked, and passes.
    """
    if not rules:
        return True
    exceptions = {rule.exception for rule in rules}
    if 6 in exceptions and account[0] in "45678" and account[6] == account[7]:
        return True  # accounts in foreign money are not numbered by these rules
    results = (_passes(rule, sort_code, account, substitutions) for rule in rules[:2])
    if len(rules) > 1 and any(exceptions == pair for pair in _EITHER):
        return any(results)
    return all(results)


def _passes(rule: Rule, sort_code: str, account: str, substitutions: Mapping[str, str]) -> bool:
    if rule.exception == 3 and account[2] in "69":
        return True  # the second check does not apply
    figures = [int(c) for c in _checked_as(rule, sort_code, substitutions) + account]
    rule = replace(rule, weights=_weights(rule, figures))
    if rule.exception == 4:
        return _sum(rule, figures) % 11 == 10 * figures[_G] + figures[_H]
    if rule.exception == 5:
        return _passes_5(rule, figures)
    if rule.exception == 14:
        return _passes_14(rule, figures)
    extra = 27 if rule.exception == 1 else 0
    return (_sum(rule, figures) + extra) % _modulus(rule) == 0


def _checked_as(rule: Rule, sort_code: str, substitutions: Mapping[str, str]) -> str:
    if rule.exception == 5:
        return substitutions.get(sort_code, sort_code)
    return {8: _INSTEAD_8, 9: _INSTEAD_9}.get(rule.exception or 0, sort_code)


def _weights(rule: Rule, figures: list[int]) -> tuple[int, ...]:
    """Return the weights as the exception changes them for these figures."""
    if rule.exception == 2 and figures[_A] != 0:
        return _EXCEPTION_2_NINE if figures[_G] == 9 else _EXCEPTION_2
    nine = figures[_G] == 9
    starts = (figures[_A], figures[_B])
    if (rule.exception == 7 and nine) or (rule.exception == 10 and nine and starts in {(0, 9), (9, 9)}):
        return (0,) * 8 + rule.weights[8:]
    return rule.weights


def _passes_5(rule: Rule, figures: list[int]) -> bool:
    modulus = _modulus(rule)
    remainder = _sum(rule, figures) % modulus
    check = figures[_G] if rule.method == "MOD11" else figures[_H]
    if remainder == 0:
        return check == 0
    # With modulus 11 a remainder of 1 would need the figure 10: no account has it.
    return modulus - remainder == check


def _passes_14(rule: Rule, figures: list[int]) -> bool:
    if _sum(rule, figures) % 11 == 0:
        return True
    if figures[_H] not in {0, 1, 9}:
        return False
    return _sum(rule, [*figures[:6], 0, *figures[6:_H]]) % 11 == 0


def _modulus(rule: Rule) -> int:
    return 11 if rule.method == "MOD11" else 10


def _sum(rule: Rule, figures: Sequence[int]) -> int:
    products = (weight * figure for weight, figure in zip(rule.weights, figures, strict=True))
    if rule.method == "DBLAL":
        return sum(sum(map(int, str(abs(product)))) for product in products)
    return sum(products)
