"""Lists of people, brought as far as a test needs through the pages that staff use."""

from __future__ import annotations

import io
import itertools
from typing import Any

import sqlalchemy as sa

from core.database import db
from panel.models import MemberImport
from tests.core.task_work import work_off

_numbers = itertools.count(1)


def make_import(client: Any, partner_id: int, *, steps: int) -> int:
    """Return the number of a list: 1 uploaded, 2 with columns and evidence, 3 checked, 4 taken in."""
    n = next(_numbers)
    rows = [
        "Mail,Gender,Phone",
        f"list{n}@example.org,F,",
        f"wrong{n},F,",
        f",F,07700 900{n:03}",
        f"b{n}@example.org,,",
    ]
    page = client.get("/staff/recruiting/lists/add").page
    sent = {"csrf_token": page.form("")["csrf_token"], "partner": str(partner_id), "channel": ""}
    file = (io.BytesIO("\n".join(rows).encode()), "list.csv")
    client.post("/staff/recruiting/lists/add", data=sent | {"file": file}, content_type="multipart/form-data")
    db.session.rollback()
    number = db.session.scalar(sa.select(sa.func.max(MemberImport.id)))
    here = f"/staff/recruiting/lists/{number}"
    if steps > 1:
        client.submit(f"{here}/columns", column0="email", column1="sex", column2="phone", dates="dmy")
        client.submit(f"{here}/answers", answer1_0="female")
        day = {"given_on-day": "1", "given_on-month": "10", "given_on-year": "2025"}
        said = {"how": "paper", "wording": "ours", "kept_at": "Binder A", "agreed": "y", "old_enough": "y"}
        client.submit(f"{here}/evidence", **said, **day)
    if steps > 2:
        client.submit(f"{here}/preview", "/check")
        work_off()
    if steps > 3:
        client.submit(here, "/take-in")
        work_off()
    return int(number or 0)
