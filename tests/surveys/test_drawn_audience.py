"""The people a draw has found as the audience of a fieldwork."""

from __future__ import annotations

import sqlalchemy as sa

from core import clock
from core.database import db
from panel.audience import members_where
from panel.draws import people
from panel.models import AskKind, Reply, Role
from panel.services import asking
from surveys import links
from surveys.models import Participation
from surveys.services import invitations
from tests.factories.draws import held, make_crowd, make_draw, published
from tests.factories.fieldwork import make_open_fieldwork
from tests.factories.members import make_member


def invited(fieldwork):
    while invitations.invite_chunk(fieldwork):
        db.session.commit()
    return set(db.session.scalars(sa.select(Participation.member_id).where(Participation.fieldwork_id == fieldwork.id)))


class TestAudience:
    def test_only_those_found_who_have_not_said_no_are_invited_within_the_caps(self, app):
        make_crowd()
        draw = published(make_draw(reserves=5, within=4))
        chosen = [p.member_id for p in people.list_people(draw.id) if p.role == Role.CHOSEN]
        people.answer(draw, chosen[0], Reply.DECLINED)
        for number in (1, 2):
            asking.ask([chosen[1]], clock.today(), kind=AskKind.OTHER, source=f"reading:{number}")
        fieldwork = make_open_fieldwork(audience={"draw_ids": [draw.id]})
        assert invited(fieldwork) == set(chosen[2:])

    def test_nobody_is_meant_before_the_audit_sheet_is_published(self, app):
        make_crowd()
        draw = held(make_draw())
        assert list(db.session.scalars(members_where({"draw_ids": [draw.id]}))) == []


class TestWhy:
    def test_can_be_read_from_the_invitation_without_signing_in(self, client):
        make_crowd()
        draw = published(make_draw())
        fieldwork = make_open_fieldwork(audience={"draw_ids": [draw.id]})
        member_id = min(invited(fieldwork))
        token = links.maker(fieldwork)(member_id).token
        page = client.get(f"/s/{token}/why")
        chance = people.find(draw.id, member_id).probability
        assert f"about {round(100 * chance)} were chosen" in page.text

    def test_is_not_there_where_no_lottery_chose(self, client):
        member = make_member()
        fieldwork = make_open_fieldwork()
        invited(fieldwork)
        token = links.maker(fieldwork)(member.id).token
        assert client.get(f"/s/{token}/why").status_code == 404
