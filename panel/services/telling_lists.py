"""Ask the people of a list, once it is taken in, to confirm their address: some hundred at a time, nobody twice.

Letters are printed, and calls made, by staff.
"""

from __future__ import annotations

import sqlalchemy as sa

from core import clock, ids, tasks
from core.database import db
from core.errors import N_
from core.task_runner import Running
from core.tasks import kind
from panel import emails, imports
from panel.models import MemberImport, MemberLink


@kind(imports.TELL)
def tell(task: Running) -> dict[str, int]:
    """Queue the messages that are missing. What was queued stays, so a worker that dies leaves the rest to the next."""
    import_id = int(task.subject.partition(":")[2])
    total, done = imports.count_untold(import_id), 0
    while True:
        task.step(N_("Writing messages"), done / total if total else 1.0)
        with task.writing():
            found = imports.get_import(import_id)
            members = imports.list_untold(import_id, imports.CHUNK)
            if not members:
                return {"told": done}
            _ask_to_confirm(found, members)
            done += len(members)
            task.save()


def ask_to_tell(found: MemberImport) -> None:
    """Let the worker queue what a run that was given up has left. Raises AlreadyRunningError."""
    tasks.start(imports.TELL, imports.subject(found.id))


def _ask_to_confirm(found: MemberImport, members: list[int]) -> None:
    tokens = {number: ids.token() for number in members}
    ends = clock.now() + emails.LIST_CONFIRM_FOR
    rows = [
        {"member_id": number, "purpose": "confirm", "token_hash": ids.fingerprint(token), "expires_at": ends}
        for number, token in tokens.items()
    ]
    made = db.session.execute(sa.insert(MemberLink).returning(MemberLink.member_id, MemberLink.id), rows)
    told_by = found.partner.name if found.partner else ""
    emails.confirm_from_list.queue_many((number, link_id, tokens[number], told_by) for number, link_id in made.all())
