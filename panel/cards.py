"""What this room shows on the common home of staff."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.cards import Card
from accounts.models import Staff
from panel import directory


def unreached(person: Staff) -> Card | None:
    """Say how many members messages do not reach, and lead to their list."""
    count = directory.count_unreached()
    if not count:
        return None
    text = ngettext(
        "Messages to %(num)s member come back.",
        "Messages to %(num)s members come back.",
        count,
    )
    return Card(_("Find another way to reach them"), text, url_for("panel.staff_members", failing="yes"))
