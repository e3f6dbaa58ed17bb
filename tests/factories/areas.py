"""The real areas with their census figures."""

from __future__ import annotations

from core.database import db
from panel.models import Area
from panel.services import places


def make_areas() -> dict[str, Area]:
    """Return every area by its code, loading them with their figures when they are not there yet."""
    by_code = {area.code: area for area in db.session.query(Area)}
    if not by_code:
        places.load_areas()
        db.session.commit()
        by_code = {area.code: area for area in db.session.query(Area)}
    return by_code
