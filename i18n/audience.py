"""Whose words a text is, told from the file it stands in: the public's must be translated, staff's may wait.

A file counts as the public's unless it is named here, so that a new page is never forgotten by mistake.
"""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Modules and templates that only staff meet. Patterns as in a shell, `*` crosses folders.
STAFF_FILES: tuple[str, ...] = (
    "core/audit_views.py",
    "core/components_page.py",
    "accounts/*",
    "demo/*",
    "mail/*",
    "expenses/*",
    "engagements/*",
)

_EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")


def is_public(path: str) -> bool:
    """Return whether a member of the public can meet the words of the file at `path`, below the project's root."""
    if any(fnmatch(path, pattern) for pattern in STAFF_FILES):
        return False
    return not (path.startswith("templates/") and _is_staff_page(path))


def _is_staff_page(path: str) -> bool:
    """Return whether a template ends up in the staff layout."""
    if path == "templates/layouts/staff.html":
        return True
    file = ROOT / path
    parent = _EXTENDS.search(file.read_text(encoding="utf-8")) if file.exists() else None
    return parent is not None and _is_staff_page(f"templates/{parent[1]}")
