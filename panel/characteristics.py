"""Every member with what equality figures are counted by: protected characteristics, place, channel, state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.crypto import keyring
from core.errors import N_
from panel import bands, profiles, questions
from panel.models import Area, Member, MemberState, Profile
from panel.questions import PREFER_NOT

#: Not answered, or the place or channel is not known.
UNKNOWN = "unknown"
#: Has left: who they were is erased, so they stand by themselves wherever it would be needed.
ERASED = "erased"
#: What members told of themselves; the detail of ethnic group is too fine for figures of one survey.
PERSONAL = tuple(key for key in bands.FEATURES if key != "ethnic_group_19")
#: What members told of themselves of which not even a category lies open: counted by opening each profile.
SEALED: dict[str, str] = {
    key: questions.BY_KEY[key].short for key in ("marital", "gender_identity", "orientation", "pregnancy")
}
_MORE = {
    "area": N_("Area"),
    "tenure": N_("Time on the panel when invited"),
    "channel": N_("How they came to the panel"),
}
#: Everything figures are broken down by -> its name, marked with N_.
ALL: dict[str, str] = {key: bands.FEATURES[key].label for key in PERSONAL} | SEALED | _MORE
CHANNELS: dict[str, str] = {
    "online": N_("Online"),
    "paper": N_("Paper form"),
    "phone": N_("On the phone"),
    "event": N_("At an event"),
    "partner": N_("Through a partner organisation"),
    "other": N_("Another way"),
}
_KNOWN_CHANNELS = [key for key in CHANNELS if key not in {"partner", "other"}]


@dataclass(frozen=True)
class Category:
    """One row of a breakdown: its key as text, and its words, translated where `is_data` is false."""

    key: str
    label: str
    is_data: bool = False


def described() -> sa.Select[Any]:
    """Return a SELECT with a row for each member: `member_id`, a text for each of ALL, and whether `still` here.

    What is SEALED is not there: see `opened`. In place of `tenure` it has `since`, when the membership began: how long
    somebody has belonged depends on the day.
    """
    gone = Member.state.in_((MemberState.LEFT, MemberState.REMOVED))
    area, parent = sa.orm.aliased(Area), sa.orm.aliased(Area)
    place = sa.case((area.level == 2, area.id), (parent.level == 2, parent.id))
    personal = [
        sa.case((gone, ERASED), else_=sa.func.coalesce(getattr(Profile, key), UNKNOWN)).label(key) for key in PERSONAL
    ]
    channel = sa.case(
        (Member.source.in_(_KNOWN_CHANNELS), Member.source),
        (Member.source.startswith("partner"), "partner"),
        else_="other",
    )
    return (
        sa.select(
            Member.id.label("member_id"),
            *personal,
            sa.func.coalesce(sa.cast(place, sa.String), UNKNOWN).label("area"),
            Member.confirmed_at.label("since"),
            channel.label("channel"),
            Member.state.in_((MemberState.ACTIVE, MemberState.PAUSED)).label("still"),
        )
        .select_from(Member)
        .outerjoin(Profile, Profile.member_id == Member.id)
        .outerjoin(area, area.id == Member.area_id)
        .outerjoin(parent, parent.id == area.parent_id)
    )


def opened(seal_id: str, answers: bytes | None) -> dict[str, str]:
    """Return the category of each of SEALED in the sealed answers of the member with `seal_id`."""
    said = json.loads(keyring().open(answers, profiles.place(seal_id))) if answers else {}
    return {key: said.get(key, {}).get("value") or UNKNOWN for key in SEALED}


def categories(feature: str, areas: dict[int, str]) -> list[Category]:
    """Return the rows of a breakdown in order; `areas` are the places by number."""
    if feature == "area":
        rows = [Category(str(number), name, is_data=True) for number, name in areas.items()]
    elif feature == "channel":
        return [Category(key, words) for key, words in CHANNELS.items()]
    elif feature == "tenure":
        return [Category(str(number), words) for number, words in enumerate(_TENURES)]
    else:
        rows = [Category(key, words) for key, words in _labels(feature).items()]
        rows += [Category(PREFER_NOT, N_("Prefer not to say"))]
    rows = [row for row in rows if row.key != UNKNOWN]
    rows += [Category(UNKNOWN, N_("Not known"))]
    return rows if feature == "area" else [*rows, Category(ERASED, N_("Has left since: who they were is erased"))]


def _labels(feature: str) -> Mapping[str, str]:
    if feature in SEALED:
        return {option.value: option.label for option in questions.BY_KEY[feature].options}
    return bands.FEATURES[feature].categories


#: Words for the bands of panel.tenure.MONTHS.
_TENURES = (
    N_("Less than 6 months"),
    N_("6 to 12 months"),
    N_("1 to 2 years"),
    N_("2 to 3 years"),
    N_("3 years or more"),
)
