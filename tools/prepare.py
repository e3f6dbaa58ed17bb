"""Brings the database up to date and says, as one line of JSON, whether the panel is empty and what the demo offers.

Run by `./run` with the Python of `.venv`: one program for it all, because each start of the application takes a second.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import sqlalchemy as sa
from flask_migrate import upgrade

import app
import demo
from core.config import ConfigError
from core.database import commit, db
from panel.models import Member
from panel.services import places
from tools.steps import WRONG_SETTING, say


def main() -> int:
    """Print the state of the database after bringing it up to date."""
    try:
        application = app.create_app()
        with application.app_context():
            upgrade()
            places.ensure_areas()
            commit()
            say(json.dumps(_state()))
    except ConfigError as error:
        return _refuse(str(error))
    except sa.exc.OperationalError as error:
        # Only the driver's own first line: the whole message would show the address with its password.
        reason = str(error.orig).strip().splitlines()[0]
        return _refuse(f"The database that DATABASE_URL names cannot be used: {reason}")
    return 0


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return WRONG_SETTING


def _state() -> dict[str, Any]:
    empty = db.session.scalar(sa.select(Member.id).limit(1)) is None
    return {"empty": empty, "welcome": demo.welcome()}


if __name__ == "__main__":
    sys.exit(main())
