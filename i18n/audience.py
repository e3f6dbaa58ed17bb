"""Whose words a text is, told from the file it stands in: the public's must be translated, staff's may wait.

A file counts as the public's unless it is named here, so that a new page is never forgotten by mistake.
"""

from __future__ import annotations

import functools
import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent

#: Modules and templates that only staff meet. Patterns as in a shell, `*` crosses folders.
STAFF_FILES: tuple[str, ...] = (
    "core/audit_views.py",
    "core/audit_words.py",
    "core/components_page.py",
    "core/task_runner.py",
    "core/tasks.py",
    "accounts/*",
    "demo/*",
    "i18n/translating.py",
    "panel/cards.py",
    "mail/__init__.py",
    "mail/errors.py",
    "mail/forms.py",
    "mail/presenters.py",
    "mail/views/staff.py",
    "engagements/__init__.py",
    "engagements/forms.py",
    "engagements/pages.py",
    "engagements/presenters.py",
    "engagements/services.py",
    "engagements/views/*",
    "engagements/wording.py",
    "expenses/forms/advances.py",
    "expenses/views/advances.py",
    "expenses/views/came_back.py",
    "expenses/presenters/telling.py",
    "expenses/views/telling.py",
    "expenses/forms/paying.py",
    "expenses/forms/colleagues.py",
    "expenses/forms/entering.py",
    "expenses/forms/they.py",
    "expenses/forms/policy.py",
    "expenses/ledger.py",
    "expenses/presenters/paying.py",
    "expenses/presenters/reports.py",
    "expenses/returns.py",
    "expenses/views/payer.py",
    "expenses/jobs.py",
    "expenses/views/reports.py",
    "expenses/views/retention.py",
    "expenses/views/returns.py",
    "expenses/views/runs.py",
    "expenses/forms/budgets.py",
    "expenses/forms/deciding.py",
    "expenses/presenters/budgets.py",
    "expenses/presenters/deciding.py",
    "expenses/views/authorising.py",
    "expenses/views/budgets.py",
    "expenses/views/deciding.py",
    "expenses/views/messages.py",
    "expenses/views/entering.py",
    "feedback/errors.py",
    "feedback/forms.py",
    "feedback/presenters/editing.py",
    "feedback/presenters/funnel.py",
    "feedback/presenters/overview.py",
    "feedback/presenters/people.py",
    "feedback/presenters/progress.py",
    "feedback/reasons.py",
    "feedback/views/letters.py",
    "feedback/views/outcomes.py",
    "feedback/views/settling.py",
    "panel/characteristics.py",
    "panel/forms/asking.py",
    "panel/forms/groups.py",
    "panel/forms/imports.py",
    "panel/forms/recruiting.py",
    "panel/draws/errors.py",
    "panel/draws/pages.py",
    "panel/draws/work.py",
    "panel/forms/draws.py",
    "panel/forms/staff.py",
    "panel/forms/worded.py",
    "panel/lottery/*",
    "panel/services/asking_rules.py",
    "panel/services/rotations.py",
    "panel/forms/figures.py",
    "panel/forms/targets.py",
    "panel/representation/*",
    "panel/services/attitudes.py",
    "panel/services/groupings.py",
    "panel/services/targets.py",
    "panel/recruiting/fields.py",
    "panel/recruiting/kinds.py",
    "panel/recruiting/lists.py",
    "panel/recruiting/reading.py",
    "panel/recruiting/reasons.py",
    "panel/recruiting/showing.py",
    "panel/services/checking.py",
    "panel/services/taking_in.py",
    "panel/services/telling_lists.py",
    "panel/views/channels.py",
    "panel/views/imports.py",
    "panel/views/partners.py",
    "panel/views/recruiting.py",
    "panel/views/draw*.py",
    "panel/views/staff*.py",
    "surveys/__init__.py",
    "surveys/checklist.py",
    "surveys/editing.py",
    "surveys/forms/authoring.py",
    "surveys/forms/fieldwork.py",
    "surveys/forms/results.py",
    "surveys/presenters/authoring.py",
    "surveys/presenters/calendar.py",
    "surveys/presenters/fieldwork.py",
    "surveys/presenters/results.py",
    "surveys/services/authoring.py",
    "surveys/services/fieldwork.py",
    "surveys/services/publishing.py",
    "surveys/views/author/*",
    "surveys/views/fieldwork.py",
    "surveys/wording.py",
    "templates/accounts/_*.html",
    "templates/components/people.html",
    "templates/expenses/deciding/_*.html",
    "templates/feedback/_funnel_notes.html",
    "templates/components/translation.html",
    "templates/feedback/funnel_print.html",
    "templates/components/progress.html",
    "templates/feedback/section.html",
    "templates/mail/_list.html",
    "templates/mail/demo_*.html",
    "templates/panel/recruiting/_*.html",
    "templates/panel/staff/_*.html",
    "templates/surveys/author/_*.html",
    "templates/surveys/author/preview_*.html",
    "templates/surveys/fieldwork/_*.html",
)

_EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([^"']+)["']""")


@functools.cache  # one file holds many texts
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
