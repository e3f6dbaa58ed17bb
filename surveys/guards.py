"""What the database itself refuses, whoever asks: the kind, the survey and the version of fieldwork once it is open."""

from __future__ import annotations

from core import guards
from core.guards import Guard
from surveys.models import Fieldwork

_CHANGED = guards.changed(("kind", "survey_id", "version_id"))

FIXED_ONCE_OPEN = Guard(
    "fieldwork_fixed_once_open",
    "fieldwork",
    "UPDATE",
    f"OLD.state IN ('open', 'closed') AND ({_CHANGED} OR NEW.state IN ('draft', 'scheduled'))",
    "fieldwork is fixed once open",
    of_row=True,
)

guards.keep(Fieldwork.metadata, [FIXED_ONCE_OPEN])
