"""The people a draw has found as the audience of a fieldwork."""

from __future__ import annotations

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import contact
from panel.audience import members_where
from panel.draws import people
from panel.models import AskKind, Member, Reply, Role
from panel.services import asking
from surveys import links
from surveys.models import Participation
from surveys.services import invitations
from tests.factories import staff as make_staff
from tests.factories.draws import held, make_crowd, make_draw, published
from tests.factories.fieldwork import make_open_fieldwork
from tests.factories.members import make_member
from tests.support.queries import at_most


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


def whys(response):
    """Return where links of a page lead that tell why somebody was chosen."""
    return [to for link in response.page.all("a") if (to := link.get("href", "")).endswith("/why")]


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
        assert "/why" not in client.get(f"/s/{token}").text

    def test_is_linked_from_the_first_page_to_each_person_their_own(self, client):
        make_crowd()
        fieldwork = make_open_fieldwork(audience={"draw_ids": [published(make_draw()).id]})
        one, other = sorted(invited(fieldwork))[:2]
        for member_id in (one, other):
            token = links.maker(fieldwork)(member_id).token
            page = client.get(f"/s/{token}")
            assert whys(page) == [f"/s/{token}/why"]
            assert "You were chosen by lottery." in page.text
        begun = client.submit(f"/s/{token}")
        slug = begun.request.path.split("/")[2]
        again = client.get(f"/answer/{slug}")
        assert whys(again) == [f"/s/{token}/why"]

    def test_can_be_read_out_from_the_call_list(self, client):
        make_crowd()
        draw = published(make_draw())
        fieldwork = make_open_fieldwork(audience={"draw_ids": [draw.id]})
        for person in people.list_people(draw.id):
            member = db.session.get_one(Member, person.member_id)
            member.route = "phone"
            contact.seal_contact(member, email=None, phone="07700 900123")
        db.session.commit()
        somebody = min(invited(fieldwork))
        make_staff.sign_in(client, "panel_manager", "engagement_lead")
        with at_most(16):
            text = client.get(f"/staff/fieldwork/{fieldwork.id}/people").text
        assert f"/lottery/{draw.id}" in text
        assert f"about {round(100 * people.find(draw.id, somebody).probability)} were chosen" in text
