"""Tables of the panel, by subject."""

from panel.models.asking import (
    Ask,
    AskingCap,
    AskingRule,
    AskKind,
    QuietPeriod,
)
from panel.models.membership import (
    Benefit,
    Group,
    GroupArea,
    GroupMembership,
    GroupRequest,
    Joining,
    MemberEvent,
    Milestone,
    Review,
    Rotation,
    RotationMember,
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
    "Benefit",
    "Consent",
    "ConsentText",
    "Group",
    "GroupArea",
    "GroupMembership",
    "GroupRequest",
    "JoinApplication",
    "Joining",
    "Member",
    "MemberEvent",
    "MemberLink",
    "MemberSession",
    "MemberState",
    "Milestone",
    "PopulationCount",
    "Postcode",
    "Profile",
    "QuietPeriod",
    "Review",
    "Rotation",
    "RotationMember",
    "Route",
]
