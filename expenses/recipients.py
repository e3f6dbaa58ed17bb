"""Answers the mail room's questions about payees: members by their own route, others by the address they gave.

`payee:5` may be a member, an organisation, or somebody who left before they were paid and whose address is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core.database import db
from expenses import sealed
from expenses.models import Payee
from mail import recipients
from mail.recipients import Facts
from panel.recipients import Members


class Payees:
    """Who is paid."""

    _members = Members()

    def facts(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        """Return what must be known of each before a message is queued."""
        rows = _rows(ids)
        members = self._members.facts([str(row.member_id) for row in rows.values() if row.member_id])
        found = {}
        for key, row in rows.items():
            facts = members.get(str(row.member_id))
            if facts is None and (row.kept or row.email):
                facts = Facts(language=row.language, route="email" if _own(row) else "post")
            if facts is not None:
                found[key] = facts
        return found

    def addresses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the e-mail addresses of those who have one."""
        rows = _rows(ids)
        members = self._members.addresses([str(row.member_id) for row in rows.values() if row.member_id])
        found = {key: members.get(str(row.member_id)) or _own(row) for key, row in rows.items()}
        return {key: address for key, address in found.items() if address}


def _rows(ids: Sequence[str]) -> dict[str, Payee]:
    numbers = [int(key) for key in ids if key.isdigit()]
    return {str(row.id): row for row in db.session.scalars(sa.select(Payee).where(Payee.id.in_(numbers)))}


def _own(row: Payee) -> str:
    if row.kept:
        return str(json.loads(sealed.read(row, "kept")).get("email") or "")
    return sealed.read(row, "email")


def register() -> None:
    """Let the mail room ask."""
    recipients.register("payee", Payees())
