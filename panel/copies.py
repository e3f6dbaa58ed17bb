"""A copy of everything held about a member, for them to read and to take along."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from core.database import db
from i18n import negotiation
from panel import details, groups, involvement, presenters, queries, steps
from panel.consents import PURPOSES
from panel.models import (
    Ask,
    Consent,
    ConsentText,
    Group,
    GroupMembership,
    Member,
    MemberEvent,
    Milestone,
    Review,
)


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing of a part of the copy: its title, and what is held of it as (key, value) in words."""

    title: str
    lines: list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Part:
    """What another room holds about a member. `key` names it in the file."""

    key: str
    heading: str
    items: list[Item]


Source = Callable[[int], Part | None]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask `source(member_id)` for what its room holds; None for nothing. It runs a bounded number of queries."""
    if source not in _sources:
        _sources.append(source)


def _parts(member: Member) -> list[Part]:
    return [part for source in _sources if (part := source(member.id)) is not None]


def consent_history(member: Member) -> list[dict[str, Any]]:
    """Return what was agreed to or taken back, newest first, each in the words and language it was shown in."""
    names = {
        f"group:{group.id}": groups.words_of(group, negotiation.current().tag).name for group in queries.list_groups()
    }
    rows = db.session.execute(
        sa.select(Consent, ConsentText)
        .join(ConsentText, ConsentText.id == Consent.text_id)
        .where(Consent.member_id == member.id)
        .order_by(Consent.id.desc())
    )
    return [
        {
            "purpose": consent.purpose,
            "title": _(PURPOSES[consent.purpose].short)
            if consent.purpose in PURPOSES
            else _group_title(consent.purpose, names),
            "given": consent.given,
            "at": consent.at,
            "how": consent.how,
            "language": consent.language,
            "version": text.version,
            "wording": text.wording.get(consent.language) or text.wording.get("en", ""),
        }
        for consent, text in rows
    ]


def _group_title(purpose: str, names: Mapping[str, str]) -> str:
    return _("Group: %(group)s", group=names[purpose]) if purpose in names else purpose


def _groups(member: Member) -> list[dict[str, Any]]:
    rows = db.session.execute(
        sa.select(Group.name, GroupMembership.joined_at, GroupMembership.left_at)
        .join(Group, Group.id == GroupMembership.group_id)
        .where(GroupMembership.member_id == member.id)
        .order_by(GroupMembership.id)
    )
    return [{"group": name, "joined_at": joined, "left_at": left} for name, joined, left in rows]


def of(member: Member) -> dict[str, Any]:
    """Return the copy as the readable page needs it."""
    told = details.of_member(member)
    pages = [s for s in steps.own() if s.answered(told) and (s.applies(told) or isinstance(s, steps.contact.ReachStep))]
    return {
        "told": presenters.summary(pages, told, lambda step: None),
        "state": presenters.state(member.state)["text"],
        "events": [{"text": presenters.event(e), "at": e.at} for e in queries.list_events(member.id)],
        "groups": _groups(member),
        "consents": consent_history(member),
        "involvement": involvement.of(member.id),
        "parts": _parts(member),
    }


def _rows(model: Any, member: Member) -> list[Any]:
    """Return what a table holds of a member, in the order it was written."""
    found = sa.select(model).where(model.member_id == member.id)
    return list(db.session.scalars(found.order_by(*model.__table__.primary_key.columns)))


def as_json(member: Member) -> str:
    """Return the copy as JSON, with the values as they are stored."""
    told = details.of_member(member)
    told.pop("equality")
    told["area"] = {"code": member.area.code, "name": member.area.name} if member.area else None
    events = db.session.scalars(
        sa.select(MemberEvent).where(MemberEvent.member_id == member.id).order_by(MemberEvent.id)
    )
    copy = {
        "member_number": member.id,
        "state": member.state,
        "how_you_were_reached": member.source,
        "applied_at": member.applied_at,
        "confirmed_at": member.confirmed_at,
        "paused_until": member.paused_until,
        **told,
        "history": [{"what": e.kind, "at": e.at, "reason": e.reason} for e in events],
        "groups": _groups(member),
        "consent_history": [
            {key: value for key, value in entry.items() if key != "title"} for entry in consent_history(member)
        ],
        "involvement": [dataclasses.asdict(entry) for entry in involvement.of(member.id)],
        "asked_on": [{"day": ask.day, "what": ask.kind} for ask in _rows(Ask, member)],
        "asked_whether_you_stay": [{"day": r.asked_on, "answer": r.outcome} for r in _rows(Review, member)],
        "thanked_for": [{"day": m.reached_on, "what": m.key} for m in _rows(Milestone, member)],
        **{
            part.key: [
                {"title": item.title, "lines": [{"what": what, "value": value} for what, value in item.lines]}
                for item in part.items
            ]
            for part in _parts(member)
        },
    }
    return json.dumps(copy, ensure_ascii=False, indent=2, default=str)
