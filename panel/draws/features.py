"""What a draw's numbers are written for: features of people, their area, and joint cells of two features."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import bands
from panel.models import Draw, TargetSet
from panel.representation import targets
from panel.representation.features import JOINT, joint

AREA = "area"


def parts(feature: str) -> tuple[str, ...]:
    """Return the features that people are asked about: both of a joint one, else the feature itself."""
    return joint(feature) or (feature,)


def category(feature: str, values: Mapping[str, str | None]) -> str | None:
    """Return the category of somebody with these `values` of single features, None where one of them is not told."""
    told = [values[part] for part in parts(feature)]
    return None if None in told else JOINT.join(map(str, told))


def categories(feature: str) -> list[str]:
    """Return the categories of a feature in their order; none of the area, whose categories are rows of a table."""
    if feature == AREA or any(part not in bands.FEATURES for part in parts(feature)):
        return []
    return [JOINT.join(cell) for cell in product(*(bands.FEATURES[part].categories for part in parts(feature)))]


def choices(draw: Draw) -> list[str]:
    """Return the keys of what a draw can be like the population in; joint ones that are counted or chosen already."""
    counted = sa.select(TargetSet.feature).where(TargetSet.id.in_(targets.counting_on(clock.today()))).distinct()
    known = {*db.session.scalars(counted), *draw.features}
    return [*bands.FEATURES, AREA, *sorted(key for key in known if joint(key))]
