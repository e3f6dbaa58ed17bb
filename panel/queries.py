"""Reads of the panel: areas, population figures, members and their consents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from core.errors import NotFoundError
from panel.contact import email_indexes, phone_indexes
from panel.models import Area, Consent, Group, Member, MemberEvent, PopulationCount, Postcode, Profile, TargetSet
from panel.representation import targets


def _pairs(query: sa.Select[Any, Any]) -> dict[Any, Any]:
    return {first: second for first, second in db.session.execute(query)}  # noqa: C416  rows are no tuples to mypy


def list_areas(level: int | None = None) -> list[Area]:
    """Return the areas, of one level (1 system, 2 place, 3 neighbourhood) or all, larger ones first, then by name."""
    query = sa.select(Area).order_by(Area.level, Area.name, Area.id)
    return list(db.session.scalars(query if level is None else query.where(Area.level == level)))


def get_area(area_id: int) -> Area:
    """Return an area. Raises NotFoundError."""
    area = db.session.get(Area, area_id)
    if area is None:
        raise NotFoundError
    return area


def find_area(area_id: int) -> Area | None:
    """Return an area, or None."""
    return db.session.get(Area, area_id)


def find_area_by_code(code: str) -> Area | None:
    """Return the area with an ONS or local code."""
    return db.session.scalar(sa.select(Area).where(Area.code == code))


def area_with_descendants(area_id: int) -> list[int]:
    """Return the ids of an area and of all areas inside it."""
    tree = sa.select(Area.id).where(Area.id == area_id).cte("area_tree", recursive=True)
    tree = tree.union_all(sa.select(Area.id).join(tree, Area.parent_id == tree.c.id))
    return list(db.session.scalars(sa.select(tree.c.id).order_by(tree.c.id)))


def population(area_id: int, feature: str) -> dict[str | int, int]:
    """Return category -> how many people of it live in an area; empty where no figures are loaded.

    The figures are those that count today. `feature` is one of panel.bands.FEATURES, `age_band*sex` (category
    `25-34*female`), or `area`, whose categories are the ids of the places inside the area.
    """
    counts = _pairs(
        sa.select(PopulationCount.category, PopulationCount.count)
        .join(TargetSet, TargetSet.id == PopulationCount.set_id)
        .where(TargetSet.id.in_(targets.counting_on(clock.today())))
        .where(TargetSet.area_id == area_id, TargetSet.feature == feature)
        .order_by(PopulationCount.id)
    )
    if feature != "area":
        return dict(counts)
    found = db.session.execute(sa.select(Area.code, Area.id).where(Area.code.in_(counts)).order_by(Area.id))
    return {area: counts[code] for code, area in found}


def populations(area_ids: Sequence[int], features: Sequence[str]) -> dict[tuple[int, str], dict[str, int]]:
    """Return (area id, feature) -> category -> how many people of it live there, for many areas in one query."""
    rows = db.session.execute(
        sa.select(TargetSet.area_id, TargetSet.feature, PopulationCount.category, PopulationCount.count)
        .join(TargetSet, TargetSet.id == PopulationCount.set_id)
        .where(TargetSet.id.in_(targets.counting_on(clock.today())))
        .where(TargetSet.area_id.in_(area_ids), TargetSet.feature.in_(features))
        .order_by(PopulationCount.id)
    )
    found: dict[tuple[int, str], dict[str, int]] = {}
    for area_id, feature, category, count in rows:
        found.setdefault((area_id, feature), {})[category] = count
    return found


def population_sources(area_id: int) -> list[str]:
    """Return where an area's figures come from, each source once, in order."""
    return list(
        db.session.scalars(
            sa.select(TargetSet.source)
            .where(TargetSet.area_id == area_id, TargetSet.id.in_(targets.counting_on(clock.today())))
            .group_by(TargetSet.source)
            .order_by(TargetSet.source)
        )
    )


def find_postcode_area(postcode: str) -> Area | None:
    """Return the smallest known area a postcode (in any spacing and case) lies in."""
    code = "".join(postcode.split()).upper()
    return db.session.scalar(sa.select(Area).join(Postcode, Postcode.area_id == Area.id).where(Postcode.code == code))


def areas_of_postcodes(codes: Sequence[str]) -> dict[str, int]:
    """Return postcode (without spaces, in capitals) -> id of the area it lies in, for those that are known."""
    return _pairs(sa.select(Postcode.code, Postcode.area_id).where(Postcode.code.in_(codes)))


def known_email_indexes(indexes: Sequence[str]) -> set[str]:
    """Return those of `indexes` under which a member's e-mail address is stored."""
    return set(db.session.scalars(sa.select(Member.email_index).where(Member.email_index.in_(indexes))))


def get_member(member_id: int) -> Member:
    """Return a member with their area. Raises NotFoundError."""
    member = db.session.get(Member, member_id, options=[sa.orm.joinedload(Member.area)])
    if member is None:
        raise NotFoundError
    return member


def find_member(member_id: int) -> Member | None:
    """Return a member by number, or None."""
    return db.session.get(Member, member_id)


def find_member_by_email(email: str) -> Member | None:
    """Return the member with an e-mail address, in whatever spelling of case."""
    return db.session.scalar(sa.select(Member).where(Member.email_index.in_(email_indexes(email))))


def list_members_by_phone(phone: str) -> list[Member]:
    """Return the members with a phone number: people of one household may share it."""
    query = sa.select(Member).where(Member.phone_index.in_(phone_indexes(phone))).order_by(Member.id)
    return list(db.session.scalars(query.options(sa.orm.joinedload(Member.area))))


def find_profile(member_id: int) -> Profile | None:
    """Return the equality answers of a member, sealed."""
    return db.session.get(Profile, member_id)


def consents(member_id: int) -> dict[str, bool]:
    """Return purpose -> the latest word of a member on it."""
    latest = sa.select(sa.func.max(Consent.id)).where(Consent.member_id == member_id).group_by(Consent.purpose)
    return _pairs(sa.select(Consent.purpose, Consent.given).where(Consent.id.in_(latest)))


def list_events(member_id: int) -> list[MemberEvent]:
    """Return the steps of a membership, oldest first."""
    query = sa.select(MemberEvent).where(MemberEvent.member_id == member_id)
    return list(db.session.scalars(query.order_by(MemberEvent.at, MemberEvent.id)))


def list_groups() -> Sequence[Group]:
    """Return the panels and groups by name."""
    return list(db.session.scalars(sa.select(Group).order_by(Group.name, Group.id)))
