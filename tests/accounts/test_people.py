"""Staff administration: inviting, roles, switching off, and the administrator nobody can take away."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from accounts.models import Staff, StaffSession
from accounts.services import passwords, people, second_step
from core import clock
from core.audit import AuditEntry
from core.database import db
from mail import bounces, recipients, sealing
from mail.models import OutboxMessage
from tests.factories.staff import make_staff, sign_in, sign_in_as
from tests.support.queries import at_most

PASSWORD = "copper lantern harvest 41"


def actions() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def link_sent(kind: str) -> str:
    """Return the path of the link in the newest message of `kind`."""
    query = sa.select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id.desc()).limit(1)
    row = db.session.scalars(query).one()
    link = sealing.unseal(row.context, row.message_id)["link"]
    assert link.startswith("http://localhost/staff/set-password/")
    return link.removeprefix("http://localhost")


class TestInvite:
    def invite(self, client, **changes):
        given = {"name": "Bea Finch", "email": "Bea@Example.org", "roles": ["analyst"], "languages": None}
        return client.submit("/staff/people/invite", **(given | changes))

    def test_adds_the_person_and_sends_a_link(self, client):
        sign_in(client, "administrator")
        page = self.invite(client).page
        assert page.h1 == "Bea Finch"
        assert "Invited" in page.text
        assert db.session.scalars(sa.select(Staff.email).where(Staff.name == "Bea Finch")).one() == "bea@example.org"
        assert link_sent("staff_invitation")
        assert actions() == ["staff.added", "staff.invited"]

    def test_gives_a_translator_languages(self, client):
        sign_in(client, "administrator")
        page = self.invite(client, roles=["translator"], languages=["cy", "ar"]).page
        assert "Translator (Welsh, Arabic)" in page.text
        assert self.invite(client, email="c@example.org", roles=["translator"]).page.errors == [
            "Choose the languages this person translates into."
        ]

    def test_refuses_an_address_that_is_taken_and_keeps_what_was_typed(self, client):
        sign_in(client, "administrator", email="bea@example.org")
        response = self.invite(client)
        assert response.status_code == 422
        assert response.page.errors == ["Somebody already has an account with this e-mail address."]
        assert response.page.one("input", name="name").get("value") == "Bea Finch"
        assert actions() == []

    @pytest.mark.parametrize("email", ["", "bea", "bea@", "a b@example.org", "x" * 260 + "@example.org"])
    def test_refuses_what_is_no_address(self, client, email):
        sign_in(client, "administrator")
        assert self.invite(client, email=email).status_code == 422

    def test_is_for_administrators(self, client):
        sign_in(client, "panel_manager")
        assert client.get("/staff/people/invite").status_code == 403
        assert client.get("/staff/people").status_code == 403


class TestSetPassword:
    @pytest.fixture
    def link(self, client):
        sign_in(client, "administrator")
        TestInvite().invite(client)
        return link_sent("staff_invitation")

    def test_leads_from_the_link_to_the_first_sign_in(self, app, link):
        visitor = app.test_client()
        page = visitor.submit(link, password=PASSWORD).page
        assert page.h1 == "Set up your second step"
        secret = "".join(e.text for e in page.all("strong", id="secret")).replace(" ", "")
        assert len(secret) == 32
        page = visitor.submit("/staff/second-step", code=second_step.pyotp.TOTP(secret).now()).page
        assert page.h1 == "Keep your recovery codes"
        codes = {code.text for code in page.all("span", class_="app-code")}
        assert len(codes) == 10
        assert all(re.fullmatch("[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", code) for code in codes)
        assert visitor.submit("/staff/recovery-codes").page.h1 == "What waits for you"
        assert visitor.get("/staff/recovery-codes").status_code == 303, "shown once"
        person = db.session.scalars(sa.select(Staff).where(Staff.name == "Bea Finch")).one()
        assert secret.encode() not in person.totp_secret
        assert {"staff.password_set", "staff.second_step_set_up", "staff.signed_in"} <= set(actions())

    def test_opening_the_link_uses_nothing_up(self, app, link):
        for _ in range(3):
            assert app.test_client().get(link).status_code == 200

    def test_works_once(self, app, link):
        app.test_client().submit(link, password=PASSWORD)
        again = app.test_client().get(link)
        assert again.status_code == 410
        assert again.page.h1 == "This link does not work any more"

    def test_ends_after_three_days(self, app, link):
        with clock.stopped_at(clock.now() + dt.timedelta(days=3, seconds=1)):
            assert app.test_client().get(link).status_code == 410

    def test_ends_when_another_is_sent(self, client, app, link):
        person = db.session.scalars(sa.select(Staff).where(Staff.name == "Bea Finch")).one()
        client.submit(f"/staff/people/{person.id}/invite")
        assert app.test_client().get(link).status_code == 410
        assert app.test_client().get(link_sent("staff_invitation")).status_code == 200

    def test_refuses_a_weak_password_and_keeps_the_link(self, app, link):
        response = app.test_client().submit(link, password="bea finch is great")
        assert response.status_code == 422
        assert app.test_client().get(link).status_code == 200

    def test_lets_nobody_replace_an_app_with_the_password_alone(self, app, link):
        """Two who know the password: the one who set the app up is not pushed out by the other."""
        first, second = app.test_client(), app.test_client()
        page = first.submit(link, password=PASSWORD).page
        secret = page.one("strong", id="secret").text.replace(" ", "")
        second.submit("/staff/sign-in", email="bea@example.org", password=PASSWORD)
        late = second.get("/staff/second-step").page
        first.submit("/staff/second-step", code=second_step.pyotp.TOTP(secret).now())
        values = late.form() | {"code": "123456"}
        assert second.post("/staff/second-step", data=values).status_code == 303
        assert second.get("/staff/second-step").status_code == 303


class TestRoles:
    def test_are_changed_and_recorded(self, client):
        sign_in(client, "administrator")
        other = make_staff("analyst")
        page = client.submit(f"/staff/people/{other.id}/roles", roles=["payer", "translator"], languages=["cy"]).page
        assert "Payer, Translator (Welsh)" in page.text
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "staff.roles_changed")).one()
        assert (entry.before, entry.after) == ({"roles": ["analyst"]}, {"roles": ["payer", "translator:cy"]})
        assert entry.actor.startswith("staff:")

    def test_take_effect_on_the_next_page(self, client, app):
        sign_in(client, "administrator")
        other = app.test_client()
        person = sign_in(other, "assurance")
        assert other.get("/staff/audit").status_code == 200
        client.submit(f"/staff/people/{person.id}/roles", roles=["payer"])
        assert other.get("/staff/audit").status_code == 403

    def test_unknown_ones_are_refused(self, client):
        sign_in(client, "administrator")
        other = make_staff("analyst")
        assert client.submit(f"/staff/people/{other.id}/roles", roles=["emperor"]).status_code == 422

    def test_of_the_last_administrator_stay(self, client):
        person = sign_in(client, "administrator")
        make_staff("administrator", name="Invited, Never Came")
        response = client.submit(f"/staff/people/{person.id}/roles", roles=["analyst"])
        assert response.status_code == 422
        assert "only administrator who can sign in" in response.page.errors[0]
        db.session.refresh(person)
        assert [role.role for role in person.roles] == ["administrator"]

    def test_of_an_administrator_go_when_another_can_sign_in(self, client):
        person = sign_in(client, "administrator")
        make_staff("administrator", password_hash="x")
        client.submit(f"/staff/people/{person.id}/roles", roles=["analyst"])
        assert client.get("/staff/people").status_code == 403


class TestSwitchingOff:
    def test_ends_every_session_and_every_link(self, client, app):
        sign_in(client, "administrator")
        other = app.test_client()
        person = sign_in(other, "analyst")
        link = f"/staff/set-password/{people.make_link(person)}"
        db.session.commit()
        page = client.submit(f"/staff/people/{person.id}/deactivate").page
        assert "Switched off" in page.text
        assert other.get("/staff/").status_code == 303
        assert app.test_client().get(link).status_code == 410
        page = client.submit(f"/staff/people/{person.id}/reactivate").page
        assert "Switched off" not in page.text

    def test_refuses_the_last_administrator(self, client):
        person = sign_in(client, "administrator", password_hash="x")
        response = client.submit(f"/staff/people/{person.id}/deactivate")
        assert response.status_code == 422
        assert client.get("/staff/people").status_code == 200

    def test_twice_is_no_error(self, client):
        sign_in(client, "administrator")
        person = make_staff("analyst")
        values = client.get(f"/staff/people/{person.id}/deactivate").page.form()
        for _ in range(2):
            assert client.post(f"/staff/people/{person.id}/deactivate", data=values).status_code == 303
        assert actions().count("staff.deactivated") == 1


class TestWriteAgain:
    def test_an_address_that_came_back_is_written_to_again(self, client):
        sign_in(client, "administrator")
        person = make_staff("analyst")
        address = f"/staff/people/{person.id}"
        assert "came back" not in client.get(address).page.text
        index = recipients.address_index(person.email)
        bounces._suppress(OutboxMessage(recipient=f"staff:{person.id}", kind="x", address_index=index), "hard")
        db.session.commit()
        assert "Messages to this address came back" in client.get(address).page.text
        page = client.submit(f"{address}/write-again").page
        assert "came back" not in page.text
        assert actions()[-1] == "staff.reachable"


class TestResetSecondStep:
    def test_takes_app_and_codes_away_and_tells_the_person(self, client, app):
        sign_in(client, "administrator")
        person = make_staff("analyst")
        passwords.set_password(person, PASSWORD)
        with clock.stopped_at(clock.now() - dt.timedelta(hours=1)):
            secret = second_step.new_secret()
            code = second_step.pyotp.TOTP(secret).at(int(clock.now().timestamp()))
            second_step.set_up(person, secret, code)
        db.session.commit()
        other = app.test_client()
        sign_in_as(other, person)
        client.submit(f"/staff/people/{person.id}/reset-second-step")
        assert other.get("/staff/").status_code == 303
        assert db.session.scalar(sa.select(OutboxMessage.recipient)) == f"staff:{person.id}"
        page = other.submit("/staff/sign-in", email=person.email, password=PASSWORD).page
        assert page.h1 == "Set up your second step"


class TestList:
    def test_asks_no_query_for_each_person(self, client):
        sign_in(client, "administrator")
        for _ in range(15):
            make_staff("analyst", "payer")
        with at_most(4):
            page = client.get("/staff/people").page
        assert page.text.count("Staff Person") >= 15

    def test_answers_not_found_for_somebody_who_is_not_there(self, client):
        sign_in(client, "administrator")
        assert client.get("/staff/people/99999").status_code == 404


class TestOwnAccount:
    @pytest.fixture
    def person(self, client):
        staff = sign_in(client, "analyst")
        passwords.set_password(staff, PASSWORD)
        db.session.commit()
        return staff

    def test_changes_the_password_and_signs_out_everywhere_else(self, client, app, person):
        other = app.test_client()
        sign_in_as(other, person)
        with client.session_transaction() as cookie:
            before = cookie["staff_token"]
        page = client.submit(
            "/staff/account/password", current_password=PASSWORD, password="violet engine marmalade"
        ).page
        assert page.h1 == "Your account"
        assert other.get("/staff/").status_code == 303
        with client.session_transaction() as cookie:
            assert cookie["staff_token"] != before

    def test_wants_the_present_password_first(self, client, person):
        response = client.submit("/staff/account/password", current_password="no", password="violet engine marmalade")
        assert response.page.errors == ["That is not your present password."]

    def test_lets_nobody_guess_the_present_password(self, client, person):
        answers = [
            client.submit("/staff/account/password", current_password="no", password="violet engine marmalade")
            for _ in range(6)
        ]
        assert "too many tries" in answers[-1].page.errors[0]

    def test_ends_one_session_and_never_somebody_elses(self, client, app, person):
        other, stranger = app.test_client(), app.test_client()
        sign_in_as(other, person)
        sign_in(stranger, "payer")
        theirs = db.session.scalars(sa.select(StaffSession.id).order_by(StaffSession.id)).all()
        page = client.get("/staff/account").page
        for session_id in theirs[1:]:
            client.post(f"/staff/account/sessions/{session_id}/end", data=page.form("sessions/end"))
        assert other.get("/staff/").status_code == 303
        assert stranger.get("/staff/").status_code == 200

    def test_ends_all_other_sessions(self, client, app, person):
        others = [app.test_client() for _ in range(2)]
        for other in others:
            sign_in_as(other, person)
        client.submit("/staff/account", "account/sessions/end")
        assert [other.get("/staff/").status_code for other in others] == [303, 303]
        assert client.get("/staff/").status_code == 200

    def test_makes_new_recovery_codes(self, client, person):
        first = second_step.make_recovery_codes(person)
        db.session.commit()
        page = client.submit("/staff/account/recovery-codes", current_password=PASSWORD).page
        assert page.h1 == "Keep your recovery codes"
        assert first[0] not in page.text

    def test_sets_up_another_app_only_with_the_password(self, client, person):
        assert client.get("/staff/second-step").status_code == 303
        page = client.submit("/staff/account/app", current_password=PASSWORD).page
        assert page.h1 == "Set up your second step"
        secret = page.one("strong", id="secret").text.replace(" ", "")
        page = client.submit("/staff/second-step", code=second_step.pyotp.TOTP(secret).now()).page
        assert page.h1 == "Keep your recovery codes"

    def test_changes_name_and_language_and_speaks_it_from_then_on(self, client, person):
        client.submit("/staff/account/details", name="New Name", language="cy")
        assert client.get("/staff/account").page.root.get("lang") == "cy"
        db.session.refresh(person)
        assert (person.name, person.language) == ("New Name", "cy")


class TestForgottenPassword:
    @pytest.fixture
    def person(self, app):
        person = make_staff(
            "analyst", email="bea@example.org", password_hash=passwords.make_hash("an older one 77 keys")
        )
        self.secret = second_step.new_secret()
        second_step.set_up(person, self.secret, second_step.pyotp.TOTP(self.secret).now())
        db.session.commit()
        return person

    def ask(self, client, email="Bea@Example.org "):
        return client.submit("/staff/forgotten-password", email=email)

    def sent(self) -> int:
        of_kind = sa.select(sa.func.count()).where(OutboxMessage.kind == "staff_forgotten_password")
        return db.session.scalar(of_kind) or 0

    def test_sets_a_new_one_by_link_ends_all_sessions_and_tells_the_person(self, app, person):
        elsewhere = app.test_client()
        sign_in_as(elsewhere, person)
        client = app.test_client()
        assert self.ask(client).page.h1 == "Look into your mailbox"
        page = client.submit(link_sent("staff_forgotten_password"), password=PASSWORD).page
        assert page.h1 == "Enter the code from your app", "the second step is asked for as ever"
        assert client.get("/staff/account").status_code == 303
        assert elsewhere.get("/staff/account").status_code == 303
        db.session.expire_all()
        assert passwords.matches(person.password_hash, PASSWORD)
        assert {"staff.password_link_asked", "staff.password_set"} <= set(actions())
        told = sa.select(OutboxMessage.recipient).where(OutboxMessage.kind == "staff_password_changed")
        assert db.session.scalars(told).one() == f"staff:{person.id}"

    def test_the_answer_is_the_same_whether_or_not_there_is_such_an_account(self, client, person):
        texts = {self.ask(client, email).get_data() for email in ("bea@example.org", "nobody@example.org")}
        assert len(texts) == 1
        assert self.sent() == 1

    @pytest.mark.parametrize("lacks", [{"active": False}, {"totp_secret": None}, {"password_hash": None}])
    def test_nothing_goes_to_whom_the_link_would_let_in_without_a_second_step(self, client, person, lacks):
        for name, value in lacks.items():
            setattr(person, name, value)
        db.session.commit()
        assert self.ask(client).status_code == 200
        assert self.sent() == 0

    def test_the_link_works_once_and_for_an_hour(self, app, client, person):
        self.ask(client)
        link = link_sent("staff_forgotten_password")
        with clock.stopped_at(clock.now() + dt.timedelta(hours=1, seconds=1)):
            assert app.test_client().get(link).status_code == 410
        app.test_client().submit(link, password=PASSWORD)
        assert app.test_client().get(link).status_code == 410

    def test_somebody_else_who_asks_again_does_not_spoil_a_fresh_link(self, app, client, person):
        self.ask(client)
        link = link_sent("staff_forgotten_password")
        self.ask(client)
        assert app.test_client().get(link).status_code == 200
        assert self.sent() == 1
        with clock.stopped_at(clock.now() + dt.timedelta(minutes=6)):
            self.ask(client)
            assert self.sent() == 2

    def test_an_empty_address_is_refused_in_words(self, client):
        response = self.ask(client, "")
        assert response.status_code == 422
        assert "Enter your e-mail address." in response.page.text
