"""Answers the mail room's questions about members: language, route, formats, consents, and the address when sending.

- `member:17`: somebody on the panel, reached by the route they chose.
- `member_account:17`: the same person, for messages they asked for themselves (a sign-in link): sent to their e-mail
  address even if they like to hear from us by post.
- `member_new:5`, `member_old:5`: the new and the old address of a change that link 5 is to confirm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core.crypto import keyring
from core.database import db
from mail import recipients
from mail.recipients import Facts
from panel.contact import unseal
from panel.models import Consent, Member, MemberLink, MemberState

_GONE = (MemberState.LEFT, MemberState.REMOVED)


def _numbers(ids: Sequence[str]) -> list[int]:
    return [int(key) for key in ids if key.isdigit()]


def _consents(ids: list[int]) -> dict[int, set[str]]:
    latest = (
        sa.select(sa.func.max(Consent.id))
        .where(Consent.member_id.in_(ids))
        .group_by(Consent.member_id, Consent.purpose)
    )
    given: dict[int, set[str]] = {}
    rows = sa.select(Consent.member_id, Consent.purpose).where(Consent.id.in_(latest), Consent.given.is_(True))
    for member_id, purpose in db.session.execute(rows):
        given.setdefault(member_id, set()).add(purpose)
    return given


class Members:
    """People on the panel, by the route they chose."""

    #: Reached whatever the route: for messages the person asked for.
    always_by_mail = False

    def facts(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        """Return what must be known of each before a message is queued; those who left are left out."""
        numbers = _numbers(ids)
        consents = _consents(numbers)
        rows = db.session.execute(
            sa.select(Member.id, Member.state, Member.language, Member.route, Member.formats).where(
                Member.id.in_(numbers), Member.state.not_in(_GONE)
            )
        )
        found = {}
        for member_id, state, language, route, formats in rows:
            # Who has paused, or has not confirmed yet, is not asked to take part.
            purposes = consents.get(member_id, set()) - (set() if state == MemberState.ACTIVE else {"panel"})
            found[str(member_id)] = Facts(
                language=language,
                route="email" if self.always_by_mail else route,
                formats=tuple(formats),
                purposes=frozenset(purposes) if state != MemberState.APPLIED else frozenset(),
            )
        return found

    def addresses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the e-mail addresses of those who have one."""
        members = db.session.scalars(
            sa.select(Member)
            .where(Member.id.in_(_numbers(ids)), Member.email.is_not(None), Member.state.not_in(_GONE))
            .options(sa.orm.load_only(Member.email, Member.seal_id))
        )
        return {str(member.id): unseal(member, "email") for member in members}


class Accounts(Members):
    """The same people, for what they asked for themselves."""

    always_by_mail = True


class LinkAddresses:
    """The addresses a change of address is about, which lie sealed with the link that confirms it."""

    def __init__(self, which: str) -> None:
        self._which = which

    def _links(self, ids: Sequence[str]) -> dict[str, tuple[MemberLink, Member]]:
        rows = db.session.execute(
            sa.select(MemberLink, Member)
            .join(Member, Member.id == MemberLink.member_id)
            .where(MemberLink.id.in_(_numbers(ids)), MemberLink.payload.is_not(None))
        )
        return {str(link.id): (link, member) for link, member in rows}

    def facts(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        """Return the member's language and formats."""
        return {
            key: Facts(language=member.language, formats=tuple(member.formats))
            for key, (_link, member) in self._links(ids).items()
        }

    def addresses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the address in question."""
        found = {key: open_payload(link).get(self._which) for key, (link, _member) in self._links(ids).items()}
        return {key: address for key, address in found.items() if address}


def seal_payload(token_hash: str, payload: Mapping[str, str]) -> bytes:
    """Return what a link carries, sealed for it."""
    return keyring().seal(json.dumps(dict(payload)), f"member_link.payload:{token_hash}")


def open_payload(link: MemberLink) -> dict[str, str]:
    """Return what a link carries."""
    if link.payload is None:
        return {}
    return json.loads(keyring().open(link.payload, f"member_link.payload:{link.token_hash}"))


def member_id_of(recipient: str) -> int | None:
    """Return the member a recipient's name stands for, None when it is somebody else."""
    prefix, _, key = recipient.partition(":")
    return int(key) if prefix in {"member", "member_account"} and key.isdigit() else None


def register() -> None:
    """Let the mail room ask."""
    recipients.register("member", Members())
    recipients.register("member_account", Accounts())
    recipients.register("member_new", LinkAddresses("new"))
    recipients.register("member_old", LinkAddresses("old"))
