"""What the authors' views share: finding a survey, and what happens when two authors meet."""

from __future__ import annotations

from typing import Any

from flask import abort, g

from accounts import current
from core.database import db
from core.errors import DomainError
from core.forms import Form
from i18n.web import words as error_words
from surveys.models import Survey
from surveys.queries import versions
from surveys.services.authoring import EditConflictError


def find(survey_id: int) -> Survey:
    """Return the survey or answer with “not found”."""
    try:
        return versions.get_survey(survey_id)
    except DomainError:
        abort(404)


def by() -> str:
    """Return who is at work, as records name them."""
    person = current.staff()
    return f"staff:{person.id}" if person else "system"


def undo() -> None:
    """Undo what was begun in the database; who is signed in is read anew, because a rollback forgets rows."""
    db.session.rollback()
    g.pop("staff_session", None)


def refuse(form: Form, error: DomainError) -> int:
    """Undo what was begun, keep what was typed, say why; return the status of the page.

    After a conflict the form carries the present revision: its reader has been told, and may save once more.
    """
    undo()
    form.refuse(error, error_words(error))
    return 409 if isinstance(error, EditConflictError) else 422


def differences(form: Form, stored: dict[str, Any]) -> list[dict[str, str]]:
    """Return what is stored now under each field whose typed text is another: label and text."""
    return [
        {"key": str(form[name].label.text), "value": text}
        for name, text in stored.items()
        if isinstance(text, str) and name in form and (form[name].data or "") != text
    ]
