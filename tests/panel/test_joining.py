import datetime as dt

import sqlalchemy as sa

from core import clock
from core.database import db
from panel import contact, queries
from panel.models import Consent, ConsentText, JoinApplication, Member, MemberLink, MemberState, Postcode, Profile
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.panel.support import SHORT, go_on, join, link_in, messages, send, walk
from tests.support.queries import recorded


def members():
    return list(db.session.scalars(sa.select(Member).order_by(Member.id)))


class TestJoining:
    def test_makes_one_member_whose_details_are_sealed(self, client):
        make_areas()
        response = join(client)
        assert response.page.h1 == "One more step: open our e-mail"
        [member] = members()
        assert member.state == MemberState.APPLIED
        assert contact.open_contact(member).email == "asha@example.org"
        assert queries.consents(member.id) == {"panel": True, "newsletter": True, "research_contact": False}
        assert [m.kind for m in messages()] == ["confirm_address"]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0

    def test_keeps_the_words_of_each_consent_in_every_language(self, client):
        make_areas()
        join(client)
        consent = db.session.scalars(sa.select(Consent).where(Consent.purpose == "newsletter")).one()
        text = db.session.get_one(ConsentText, consent.text_id)
        assert "newsletter" in text.wording["en"]
        assert set(text.wording) == {"en", "cy", "ar"}

    def test_keeps_what_was_typed_between_visits_of_one_device(self, client):
        make_areas()
        assert walk(client, SHORT, until="name") == "/join/name"
        client.delete_cookie("panel")
        assert client.get("/join").page.link("Carry on") == "/join/check"
        assert client.get("/join/check", follow_redirects=True).request.path == "/join/name"
        assert client.get("/join/email").page.form()["email"] == "asha@example.org"

    def test_forgets_what_was_typed_when_asked(self, client):
        make_areas()
        walk(client, SHORT, until="name")
        client.submit("/join", "/join/forget")
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0
        assert client.get("/join/name").location == "/join"

    def test_does_not_skip_pages(self, client):
        make_areas()
        walk(client, SHORT, until="name")
        assert client.get("/join/language").status_code == 303

    def test_shows_an_error_and_keeps_what_was_typed(self, client):
        walk(client, SHORT, until="email")
        response = client.submit("/join/email", email="asha at example")
        assert response.status_code == 422
        assert response.page.errors == ["Enter an e-mail address in the right form, such as name@example.com."]
        assert response.page.form()["email"] == "asha at example"

    def test_asks_each_equality_question_and_bands_the_answers(self, client):
        make_areas()
        answers = {
            "equality": {"equality": "yes"},
            "date-of-birth": {"answer-year": "1961", "answer-month": "", "answer-day": ""},
            "health-condition": {"answer": "yes"},
            "effect-of-condition": {"answer": "a_lot"},
            "ethnic-group": {"answer": "white"},
            "white-background": {"answer": "other_white", "text_other_white": "Polish"},
            "marital-status": {"answer": "prefer_not_to_say"},
            "religion": {"answer": "christian"},
            "sex": {"answer": "male"},
            "gender-identity": {"answer": "yes"},
            "sexual-orientation": {"answer": "straight"},
            "caring-for-somebody": {"answer": "no"},
            "pregnancy": {"answer": "prefer_not_to_say"},
            "main-language": {"answer": "other", "text_other": "Polski"},
            "speaking-english": {"answer": "well"},
        }
        join(client, **answers)
        profile = db.session.scalars(sa.select(Profile)).one()
        assert (profile.age_band, profile.sex, profile.disability) == ("65-74", "male", "yes")
        assert (profile.ethnic_group_5, profile.ethnic_group_19) == ("white", "other_white")
        assert b"Polish" not in profile.answers

    def test_takes_blank_for_prefer_not_to_say_on_the_date_of_birth(self, client):
        make_areas()
        walk(client, SHORT | {"equality": {"equality": "yes"}, "area": {}}, until="area")
        client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
        client.submit("/join/equality", equality="yes")
        assert client.submit("/join/date-of-birth", **{"answer-day": "31", "answer-month": "2"}).status_code == 422
        assert client.submit("/join/date-of-birth").request.path == "/join/health-condition"

    def test_changes_one_answer_and_comes_back_to_the_list(self, client):
        make_areas()
        walk(client, SHORT)
        client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
        assert go_on(client, SHORT) == "/join/check"
        page = client.get("/join/check").page
        assert "Asha Patel" in page.text
        assert client.submit("/join/name", name="Asha P").request.path == "/join/check"
        assert client.submit("/join/contact", route="post").request.path == "/join/address"

    def test_reads_a_postcode_in_any_spacing(self, client):
        areas = make_areas()
        db.session.add(Postcode(code="LE11AA", area_id=areas["E06000016"].id))
        db.session.commit()
        walk(client, SHORT, until="postcode")
        assert client.submit("/join/postcode", postcode=" l e1 1aA ").request.path == "/join/equality"
        assert client.submit("/join/postcode", postcode="LE9 9ZZ").request.path == "/join/area"
        assert "We could not find your postcode" in client.get("/join/area").page.text

    def test_confirms_people_without_email_through_staff(self, client):
        make_areas()
        response = join(client, contact={"route": "post"}, address={"address": "1 High Street\nOakham LE15 6AA"})
        assert response.page.h1 == "Thank you. We have your answers"
        assert [m.state for m in members()] == [MemberState.APPLIED]
        assert messages() == []

    def test_works_in_arabic(self, client):
        make_areas()
        client.get("/join?lang=ar")
        response = join(client, language={"language": "ar"})
        assert response.page.root.get("dir") == "rtl"
        assert members()[0].language == "ar"


class TestMinimumAge:
    def test_is_said_kindly_and_nothing_is_kept(self, client):
        walk(client, {})
        response = client.submit("/join/age", old_enough="no")
        assert response.page.h1 == "You cannot join yet"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0

    def test_holds_for_the_date_of_birth_too(self, client):
        make_areas()
        walk(client, SHORT, until="area")
        client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
        client.submit("/join/equality", equality="yes")
        year = str(clock.today().year - 15)
        response = client.submit("/join/date-of-birth", **{"answer-year": year})
        assert response.page.h1 == "You cannot join yet"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0


class TestPrograms:
    def test_that_fill_in_the_hidden_box_are_refused(self, client):
        make_areas()
        walk(client, SHORT)
        client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
        go_on(client, SHORT)
        with clock.stopped_at(clock.now() + dt.timedelta(minutes=5)):
            page = client.get("/join/check").page
            token = page.all("input", name="opened")[0].get("value")
            csrf = page.all("input", name="csrf_token")[0].get("value")
            data = {"opened": token, "csrf_token": csrf, "anything_else": "buy"}
            assert client.post("/join/check", data=data).status_code == 422
        assert members() == []

    def test_that_are_too_quick_are_refused_and_may_try_again(self, client):
        make_areas()
        now = clock.now()
        with clock.stopped_at(now):
            walk(client, SHORT)
            client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
            go_on(client, SHORT)
            assert send(client).status_code == 422
        with clock.stopped_at(now + dt.timedelta(seconds=10)):
            assert send(client).status_code == 200
        assert len(members()) == 1

    def test_that_make_up_a_time_are_refused(self, client):
        make_areas()
        walk(client, SHORT)
        client.submit("/join/area", area=str(queries.list_areas(3)[0].id))
        go_on(client, SHORT)
        csrf = client.get("/join/check").page.all("input", name="csrf_token")[0].get("value")
        response = client.post("/join/check", data={"opened": "1.abc", "csrf_token": csrf})
        assert response.status_code == 422


class TestJoiningAgain:
    def test_gives_a_member_the_same_page_and_another_mail(self, client):
        make_areas()
        member = make_member(email="Asha@example.org", name="Before")
        response = join(client)
        assert response.page.h1 == "One more step: open our e-mail"
        assert [m.id for m in members()] == [member.id]
        assert contact.open_contact(members()[0]).name == "Before"
        assert [(m.kind, m.recipient) for m in messages()] == [("already_member", f"member_account:{member.id}")]

    def test_takes_the_same_steps_in_the_database_as_a_first_time(self, client, app):
        make_areas()
        make_member()  # the words of the consents are known
        join(client, email={"email": "warm@example.org"})
        with recorded() as first:
            join(client, email={"email": "new@example.org"})
        make_member(email="old@example.org")
        with recorded() as second:
            join(client, email={"email": "old@example.org"})
        assert abs(first.count - second.count) <= 4
        assert abs(len(first.writes) - len(second.writes)) <= 3

    def test_before_confirming_replaces_the_details_and_the_link(self, client):
        make_areas()
        join(client)
        join(client, name={"name": "Asha Kaur"})
        [member] = members()
        assert contact.open_contact(member).name == "Asha Kaur"
        first, second = messages("confirm_address")
        assert client.get(link_in(first)).status_code == 410
        assert client.get(link_in(second)).status_code == 200

    def test_sends_a_stranger_at_most_five_mails_an_hour(self, client):
        make_areas()
        for _ in range(7):
            join(client)
        assert len(messages("confirm_address")) == 5

    def test_is_taken_once_when_the_button_is_pressed_twice(self, client):
        make_areas()
        join(client, contact={"route": "phone"}, phone={"phone": "0116 496 0000"})
        csrf = client.get("/join").page.all("input", name="csrf_token")[0].get("value")
        response = client.post("/join/check", data={"csrf_token": csrf}, follow_redirects=True)
        assert response.page.h1 == "Thank you. We have your answers"
        assert len(members()) == 1


class TestConfirming:
    def test_needs_the_button(self, client):
        make_areas()
        join(client)
        link = link_in(messages()[0])
        assert client.get(link).page.h1 == "Confirm your e-mail address"
        assert members()[0].state == MemberState.APPLIED
        assert client.submit(link).page.h1 == "You are on the panel"
        db.session.expire_all()
        member = members()[0]
        assert (member.state, member.confirmed_by) == (MemberState.ACTIVE, "link")
        assert [m.kind for m in messages()] == ["confirm_address", "welcome"]

    def test_works_once(self, client):
        make_areas()
        join(client)
        link = link_in(messages()[0])
        client.submit(link)
        assert client.get(link).status_code == 410

    def test_ends_after_two_days(self, client):
        make_areas()
        join(client)
        link = link_in(messages()[0])
        with clock.stopped_at(clock.now() + dt.timedelta(hours=49)):
            assert client.get(link).status_code == 410
        assert members()[0].state == MemberState.APPLIED

    def test_can_be_sent_again_whoever_asks(self, client):
        make_areas()
        join(client)
        known = client.submit("/join/resend", email="asha@example.org")
        unknown = client.submit("/join/resend", email="nobody@example.org")
        assert known.page.text == unknown.page.text
        assert len(messages("confirm_address")) == 2
        assert db.session.scalar(sa.select(sa.func.count()).select_from(MemberLink)) == 2
