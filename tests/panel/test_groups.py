"""Groups: who may join, how, with which words agreed to, and how it ends."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from core import clock
from core.database import db
from panel import audience, groups, queries
from panel.models import ConsentText, GroupMembership, Joining, Member
from panel.services import groups as services
from panel.services import membership
from tests.factories.areas import make_areas
from tests.factories.groups import WORDS, belong, make_group
from tests.factories.members import make_member


def in_group(group) -> list[int]:
    return list(db.session.scalars(audience.members_where({"group_ids": [group.id]}).order_by(Member.id)))


class TestRules:
    def test_age_must_be_known_and_within(self, app):
        group = make_group(minimum_age=16, maximum_age=25)
        year = clock.today().year
        assert isinstance(groups.why_not(make_member(), group), groups.AgeUnknownError)
        for age, fits in ((15, False), (20, True), (27, False)):
            member = make_member(answers={"date_of_birth": {"year": year - age, "month": 1, "day": 1}})
            assert (groups.why_not(member, group) is None) == fits

    def test_place_must_lie_inside(self, app):
        areas = make_areas()
        leicester = next(a for a in areas.values() if a.name == "Leicester")
        rutland = next(a for a in areas.values() if a.name == "Rutland")
        group = make_group([leicester.id])
        assert groups.why_not(make_member(area=leicester), group) is None
        assert isinstance(groups.why_not(make_member(area=rutland), group), groups.PlaceError)
        assert isinstance(groups.why_not(make_member(), group), groups.PlaceError)

    def test_a_closed_group_takes_nobody(self, app):
        group = make_group(closed_on=clock.today())
        assert isinstance(groups.why_not(make_member(), group), groups.GroupClosedError)

    def test_who_was_rotated_out_waits_before_coming_back(self, app):
        group = make_group(rotation_share=33, rotation_after=0, rotation_return=12)
        member = make_member()
        belong(group, [member])
        row = db.session.scalars(sa.select(GroupMembership)).one()
        row.left_at, row.left_because = clock.now(), "rotated"
        db.session.commit()
        assert isinstance(groups.why_not(member, group), groups.NotYetError)
        with clock.stopped_at(clock.now() + dt.timedelta(days=366)):
            assert groups.why_not(member, group) is None

    def test_the_database_refuses_rules_that_contradict_each_other(self, app):
        with pytest.raises(IntegrityError):
            make_group(minimum_age=30, maximum_age=20)
        db.session.rollback()

    def test_two_groups_cannot_have_one_short_name(self, app):
        make_group(key="youth")
        with pytest.raises(services.KeyTakenError):
            make_group(key="youth")

    def test_nobody_belongs_twice(self, app):
        group, member = make_group(), make_member()
        belong(group, [member])
        with pytest.raises(IntegrityError):
            belong(group, [member])
        db.session.rollback()


class TestJoining:
    def test_new_words_of_consent_become_a_new_version(self, app):
        group = make_group()
        services.keep_consent_text(group)
        words = {"en": WORDS["en"] | {"consent": "I agree to come to meetings."}}
        values = {name: getattr(group, name) for name in services._SETTINGS} | {"words": words}
        services.save(group, values, [])
        db.session.commit()
        texts = db.session.scalars(sa.select(ConsentText).order_by(ConsentText.version)).all()
        assert [t.wording["en"] for t in texts] == ["I agree to join.", "I agree to come to meetings."]

    def test_open_groups_are_joined_at_once_with_consent_and_left_again(self, app):
        group, member = make_group(), make_member()
        services.join(member, group, language="en")
        assert in_group(group) == [member.id]
        assert queries.consents(member.id)[f"group:{group.id}"] is True
        services.leave(member, group, language="en")
        assert in_group(group) == []
        assert queries.consents(member.id)[f"group:{group.id}"] is False
        with pytest.raises(groups.NotInGroupError):
            services.leave(member, group, language="en")

    def test_an_application_waits_for_staff(self, app):
        group, member = make_group(joining=Joining.APPLICATION), make_member()
        request = services.join(member, group, language="en")
        assert in_group(group) == []
        services.decide(request, True)
        assert in_group(group) == [member.id]
        with pytest.raises(services.NotAskedError):
            services.decide(request, False)

    def test_nobody_comes_uninvited_into_a_group_by_invitation(self, app):
        group, member = make_group(joining=Joining.INVITATION), make_member()
        with pytest.raises(services.NotOpenError):
            services.join(member, group, language="en")
        services.invite(member, group)
        services.join(member, group, language="en")
        assert in_group(group) == [member.id]

    def test_leaving_the_panel_ends_everything_and_takes_every_consent_back(self, app):
        group, other, member = make_group(), make_group(joining=Joining.INVITATION), make_member()
        services.join(member, group, language="en")
        services.invite(member, other)
        membership.leave(member, "en")
        db.session.commit()
        assert in_group(group) == []
        assert services.open_request(member.id, other.id) is None
        assert set(queries.consents(member.id).values()) == {False}
