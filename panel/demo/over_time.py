"""What time has made of the demo's panel: groups with rules, benefits, limits of asking, silence, rotation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import queries
from panel.models import Group, GroupMembership, Joining, Member, MemberState
from panel.services import asking_rules, benefits, groups, milestones, reviews, rotations

_RULES: dict[str, Any] = {
    "minimum_age": None, "maximum_age": None, "size_wanted": None, "mirrors": "none", "quotas": {},
    "tenure_months": [6, 12, 24, 36], "rotation_share": None, "rotation_after": None, "rotation_return": None,
    "closed_on": None,
}  # fmt: skip
_GROUPS: dict[str, dict[str, Any]] = {
    "citizens_panel": {
        "joining": Joining.INVITATION,
        "mirrors": "population",
        "size_wanted": 1000,
        "words": {
            "en": {"name": "Citizens’ panel", "about": "People from everywhere here who answer our larger surveys."},
            "cy": {"name": "Panel y dinasyddion", "about": "Pobl o bob man yma sy’n ateb ein harolygon mwy."},
            "ar": {"name": "لجنة المواطنين", "about": "أشخاص من كل مكان هنا يجيبون عن استبياناتنا الكبيرة."},
        },
    },
    "youth_board": {
        "joining": Joining.APPLICATION,
        "minimum_age": 16,
        "maximum_age": 24,
        "mirrors": "population",
        "size_wanted": 20,
        "rotation_share": 33,
        "rotation_after": 12,
        "rotation_return": 12,
        "words": {
            "en": {"name": "Youth board", "about": "Young people who meet four times a year and look at our plans."},
            "cy": {"name": "Bwrdd ieuenctid", "about": "Pobl ifanc sy’n cwrdd i drafod ein cynlluniau."},
            "ar": {"name": "مجلس الشباب", "about": "شباب يجتمعون أربع مرات في السنة ويناقشون خططنا."},
        },
    },
    "reader_panel": {
        "joining": Joining.OPEN,
        "words": {
            "en": {"name": "Reader panel", "about": "You read our leaflets first and tell us what is not clear."},
            "cy": {"name": "Panel darllenwyr", "about": "Darllen ein taflenni a dweud beth nad yw’n glir."},
            "ar": {"name": "لجنة القراء", "about": "تقرأ منشوراتنا قبل طباعتها وتخبرنا بما ليس واضحا."},
        },
    },
    "patient_partners": {
        "joining": Joining.INVITATION,
        "mirrors": "own",
        "quotas": {"sex": {"female": 50, "male": 50}},
        "words": {
            "en": {"name": "Patient partners", "about": "People who plan services together with our staff."},
            "cy": {"name": "Partneriaid cleifion", "about": "Pobl sy’n cynllunio gwasanaethau gyda’n staff."},
            "ar": {"name": "شركاء المرضى", "about": "أشخاص يعملون مع موظفينا في المجموعات التي تخطط للخدمات."},
        },
    },
}  # fmt: skip
_BENEFITS: tuple[dict[str, dict[str, str]], ...] = (
    {
        "en": {"title": "You hear first", "text": "We tell you what people said and what changed before anybody else."},
        "cy": {"title": "Chi sy’n clywed gyntaf", "text": "Dywedwn wrthych yn gyntaf beth newidiodd."},
        "ar": {"title": "تعرف أولا", "text": "نخبرك بما قاله الناس وما تغير قبل أي شخص آخر."},
    },
    {
        "en": {"title": "Free training", "text": "Short courses about how health and care work."},
        "cy": {"title": "Hyfforddiant am ddim", "text": "Cyrsiau byr am sut mae iechyd a gofal yn gweithio."},
        "ar": {"title": "تدريب مجاني", "text": "دورات قصيرة عن كيفية عمل خدمات الصحة والرعاية."},
    },
)  # fmt: skip


def load_over_time(staff_id: int) -> None:
    """Add it to a panel that has its people and their story; the caller commits."""
    by = f"staff:{staff_id}"
    have = {group.key: group for group in queries.list_groups()}
    for key, rules in _GROUPS.items():
        own = _RULES | rules
        have[key] = groups.save(have.get(key), own | {"key": key, "name": own["words"]["en"]["name"]}, [])
    for position, words in enumerate(_BENEFITS):
        benefits.save(None, words, shown_from=clock.today() - dt.timedelta(days=200), position=position)
    _limits(by)
    _requests(have, staff_id)
    milestones.reach_years()
    _silence()
    try:
        rotations.draw(have["youth_board"], by, seed="demo")
    except (rotations.NobodyDueError, rotations.UnderWayError):
        return  # a panel of a few people has nobody to rotate


def _limits(by: str) -> None:
    today = clock.today()
    asking_rules.set_rule({30: 2, 365: 12}, today - dt.timedelta(days=400), "What members told us is enough.", by)
    asking_rules.set_rule({30: 1, 365: 8}, today + dt.timedelta(days=60), "Many members say that less is more.", by)
    year = today.year if (today.month, today.day) <= (12, 20) else today.year + 1
    asking_rules.add_quiet_period(
        dt.date(year, 12, 21), dt.date(year + 1, 1, 2), area_id=None, group_id=None, reason="Winter holidays", by=by
    )


def _requests(have: dict[str, Group], staff_id: int) -> None:
    """Let some members be invited to one group, and some be partners already."""
    partners = have["patient_partners"]
    free = db.session.scalars(
        sa.select(Member)
        .where(
            Member.state == MemberState.ACTIVE,
            Member.id % 11 == 3,
            Member.id.not_in(sa.select(GroupMembership.member_id).where(GroupMembership.group_id == partners.id)),
        )
        .order_by(Member.id)
        .limit(34)
    ).all()
    for number, member in enumerate(free):
        if number < 30:
            groups.add(member, partners, staff_id)
        else:
            groups.invite(member, partners)


def _silence() -> None:
    """Let those who joined long ago and were not heard from since be asked whether they stay."""
    reviews.ask_some()
