"""Walking over the project's own code, for tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import app as application

ROOT = Path(application.__file__).parent
#: The packages the application is made of, the lowest first.
ROOMS = ("core", *application.ROOMS)


def modules(*parts: str) -> Iterator[Path]:
    """Yield the modules of all rooms, or those called by one of `parts` or lying in a package of that name."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            inner = path.relative_to(ROOT / room).with_suffix("").parts
            if not parts or set(parts) & set(inner):
                yield path


def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Return a path as people write it."""
    return path.relative_to(ROOT).as_posix()
