"""Tables of the panel, by subject."""

from panel.models.asking import (
    Ask,
    AskingCap,
    AskingRule,
    AskKind,
    QuietPeriod,
)
from panel.models.membership import (
    Group,
    GroupMembership,
    MemberEvent,
)
from panel.models.people import (
    Consent,
    ConsentText,
    JoinApplication,
    Member,
    MemberLink,
    MemberSession,
    MemberState,
    Profile,
    Route,
)
from panel.models.places import (
    Area,
    PopulationCount,
    Postcode,
)

__all__ = [
    "Area",
    "Ask",
    "AskKind",
    "AskingCap",
    "AskingRule",
    "Consent",
    "ConsentText",
    "Group",
    "GroupMembership",
    "JoinApplication",
    "Member",
    "MemberEvent",
    "MemberLink",
    "MemberSession",
    "MemberState",
    "PopulationCount",
    "Postcode",
    "Profile",
    "QuietPeriod",
    "Route",
]
