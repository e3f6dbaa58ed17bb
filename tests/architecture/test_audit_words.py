"""Every action that is recorded has words for the staff who read the record, and no words are left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from core.audit_words import ACTIONS

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("accounts", "core", "demo", "engagements", "expenses", "feedback", "mail", "panel", "surveys")


def _pattern(node: ast.expr) -> str:
    """Return what a written action can be, as a regular expression; what is put together at run time is any word."""
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(_pattern(part) if isinstance(part, ast.Constant) else "[a-z_]+" for part in node.values)
    return ""


def _patterns(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _patterns(node.body)
        yield from _patterns(node.orelse)
    else:
        yield _pattern(node)


def _is_record(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "record"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
    )


def recorded() -> list[tuple[str, str]]:
    """Return where each call of `audit.record` stands, and a pattern of its action."""
    found = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "audit.record(" not in text:
                continue
            tree = ast.parse(text)
            written = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and _is_record(node):
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    # A name stands for one of the actions written elsewhere in the file.
                    spelled = [
                        re.escape(v) for v in written if isinstance(v, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", v)
                    ]
                    found += [(where, p or "|".join(spelled)) for p in _patterns(node.args[0])]
    return found


class TestActions:
    def test_there_is_something_to_look_at(self) -> None:
        assert len(recorded()) > 150

    def test_every_recorded_action_has_words(self) -> None:
        nameless = [place for place in recorded() if not any(re.fullmatch(place[1], action) for action in ACTIONS)]
        assert not nameless

    def test_every_line_is_recorded_somewhere(self) -> None:
        patterns = [pattern for _, pattern in recorded()]
        assert not [action for action in ACTIONS if not any(re.fullmatch(pattern, action) for pattern in patterns)]

    def test_words_are_sentences_of_their_own(self) -> None:
        assert len(set(ACTIONS.values())) == len(ACTIONS)
        assert all(re.fullmatch(r"[A-Z][^.]+", words) for words in ACTIONS.values())
