"""What kinds of channels and partners there are, and the groups they reach, in words for staff."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.errors import N_
from panel import bands

CHANNELS: dict[str, str] = {
    "poster": N_("Poster or leaflet"),
    "partner": N_("Partner organisation"),
    "event": N_("Event"),
    "letter": N_("Letter"),
    "social": N_("Social media"),
    "website": N_("Website"),
    "media": N_("Newspaper or radio"),
    "staff": N_("Staff who ask people"),
}
PARTNERS: dict[str, str] = {
    "voluntary": N_("Voluntary or community organisation"),
    "ppg": N_("Patient participation group"),
    "healthwatch": N_("Healthwatch"),
    "council": N_("Council"),
    "faith": N_("Faith organisation"),
    "school": N_("School, college or university"),
    "employer": N_("Employer"),
    "nhs": N_("NHS organisation"),
    "other": N_("Another organisation"),
}
#: Features whose categories can be aimed at. The detailed ethnic groups are too many to pick from and too small.
AIMED: tuple[str, ...] = ("age_band", "sex", "ethnic_group_5", "disability", "religion", "carer")
#: What stands in a short link: read out on the phone, typed from a poster.
KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


def groups() -> list[tuple[str, str, str]]:
    """Return (`feature:category`, feature, category) of every group that can be aimed at, the words marked with N_."""
    return [
        (f"{key}:{category}", bands.FEATURES[key].label, label)
        for key in AIMED
        for category, label in bands.FEATURES[key].categories.items()
    ]


def known_groups(keys: Iterable[str]) -> list[str]:
    """Return those of `keys` that name a group, in the order of `groups`."""
    wanted = set(keys)
    return [key for key, _feature, _category in groups() if key in wanted]


def split(group: str) -> tuple[str, str]:
    """Return feature and category of a group; both empty for anybody."""
    feature, _, category = group.partition(":")
    return feature, category


def source_of(*, channel_key: str = "", partner_key: str = "", otherwise: str = "online") -> str:
    """Return what `Member.source` says of somebody who came by a channel, else by a partner, else as told."""
    if channel_key:
        return f"channel:{channel_key}"
    return f"partner:{partner_key}" if partner_key else otherwise
