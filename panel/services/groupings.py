"""Make and take away groupings of categories: maps in which every category goes to one group."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa

from core import audit
from core.database import db, lock_name
from core.errors import N_, DomainError, NotFoundError
from panel.models import Grouping, GroupingPart, TargetSet
from panel.representation.features import GROUP, OWN


class NotAMapError(DomainError):
    words = N_("Every category must go to a group, and there must be at least two groups.")


class GroupingInUseError(DomainError):
    words = N_("Figures are loaded for this grouping. It stays, so that they keep their meaning.")


def add(name: str, feature: str, parents: Mapping[str, str]) -> Grouping:
    """Return a new grouping of the categories of `feature`. Raises NotAMapError."""
    if feature not in OWN or set(parents) != set(OWN[feature].categories) or len(set(parents.values())) < 2:
        raise NotAMapError
    lock_name("panel.groupings")
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "group"
    taken = set(db.session.scalars(sa.select(Grouping.key)))
    key = next(k for k in (plain, *(f"{plain}-{n}" for n in range(2, len(taken) + 3))) if k not in taken)
    parts = [GroupingPart(category=category, parent=parent) for category, parent in parents.items()]
    grouping = Grouping(key=key, name=name, feature=feature, parts=parts)
    db.session.add(grouping)
    db.session.flush()
    audit.record("grouping.added", f"grouping:{grouping.id}", after={"feature": feature, "parents": dict(parents)})
    return grouping


def remove(grouping_id: int) -> None:
    """Take a grouping away. Raises GroupingInUseError where figures of its own were loaded, NotFoundError."""
    grouping = db.session.get(Grouping, grouping_id, options=[sa.orm.selectinload(Grouping.parts)])
    if grouping is None:
        raise NotFoundError
    used = sa.select(TargetSet.id).where(TargetSet.feature == f"{GROUP}{grouping.key}").limit(1)
    if db.session.scalar(used) is not None:
        raise GroupingInUseError
    audit.record("grouping.removed", f"grouping:{grouping.id}", before={"feature": grouping.feature})
    db.session.delete(grouping)
    db.session.flush()


def list_groupings() -> list[Grouping]:
    """Return all groupings with their parts, by name."""
    query = sa.select(Grouping).options(sa.orm.selectinload(Grouping.parts))
    return list(db.session.scalars(query.order_by(Grouping.name, Grouping.id)))
