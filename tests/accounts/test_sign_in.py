"""Signing in: the password, the second step, what slows guessing down, and when a session ends."""

from __future__ import annotations

import datetime as dt
import re

import pyotp
import pytest
import sqlalchemy as sa

from accounts.models import FailedSignIn, StaffSession
from accounts.services import passwords, second_step
from core import clock
from core.database import db
from tests.factories.staff import make_staff, sign_in, sign_in_as
from tests.support.pages import text_of

PASSWORD = "copper lantern harvest 41"
NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def person(app):
    """Somebody with a password and an authenticator app."""
    staff = make_staff("analyst", name="Wanda Quill", email="wanda@example.org")
    passwords.set_password(staff, PASSWORD)
    with clock.stopped_at(NOON - dt.timedelta(days=1)):
        secret = second_step.new_secret()
        staff.recovery = second_step.set_up(staff, secret, pyotp.TOTP(secret).at(int(clock.now().timestamp())))
    db.session.commit()
    staff.secret = secret
    return staff


def give_password(client, email="wanda@example.org", password=PASSWORD):
    return client.submit("/staff/sign-in", email=email, password=password)


def code_at(secret: str, moment: dt.datetime) -> str:
    return pyotp.TOTP(secret).at(int(moment.timestamp()))


class TestPassword:
    def test_leads_to_the_second_step(self, client, person):
        page = give_password(client).page
        assert page.h1 == "Enter the code from your app"
        assert client.get("/staff/").status_code == 303, "a password alone lets nobody in"

    def test_answers_a_wrong_password_and_an_unknown_person_in_the_same_words(self, client, person):
        wrong = give_password(client, password="something else entirely")
        unknown = give_password(client, email="nobody@example.org")
        assert wrong.status_code == unknown.status_code == 422
        assert wrong.page.errors == unknown.page.errors == ["The e-mail address or the password is not right."]

    def test_answers_a_switched_off_account_in_those_words_too(self, client, person):
        person.active = False
        db.session.commit()
        assert give_password(client).page.errors == ["The e-mail address or the password is not right."]

    def test_works_as_long_for_an_unknown_person(self, client, person, monkeypatch):
        verified = []
        real = passwords._hasher.verify
        monkeypatch.setattr(
            passwords,
            "_hasher",
            type("H", (), {"verify": lambda s, kept, typed: verified.append(kept) or real(kept, typed)})(),
        )
        give_password(client, email="nobody@example.org")
        assert len(verified) == 1
        assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    def test_keeps_the_address_that_was_typed_and_never_the_password(self, client, person):
        page = give_password(client, password="something else entirely").page
        assert page.one("input", name="email").get("value") == "wanda@example.org"
        assert "something else entirely" not in page.html

    def test_takes_the_same_password_from_another_keyboard(self, client, person):
        person.password_hash = passwords.make_hash("caf\u00e9 bicycle thunder")
        db.session.commit()
        assert give_password(client, password="cafe\u0301 bicycle thunder").page.h1 == "Enter the code from your app"

    def test_lets_password_managers_and_paste_work(self, client, app):
        page = client.get("/staff/sign-in").page
        assert page.one("input", name="email").get("autocomplete") == "username"
        assert page.one("input", name="password").get("autocomplete") == "current-password"
        assert page.one("input", name="password").get("maxlength") is None


class TestCode:
    def test_lets_the_person_in_with_a_new_session(self, client, person):
        with clock.stopped_at(NOON):
            give_password(client)
            page = client.submit("/staff/sign-in/code", code=code_at(person.secret, NOON)).page
            assert page.h1 == "What waits for you"

    def test_takes_the_code_with_a_space_in_it(self, client, person):
        with clock.stopped_at(NOON):
            give_password(client)
            code = code_at(person.secret, NOON)
            assert client.submit("/staff/sign-in/code", code=f"{code[:3]} {code[3:]}").page.h1 == "What waits for you"

    @pytest.mark.parametrize(("seconds", "enters"), [(-60, False), (-30, True), (30, True), (60, False)])
    def test_allows_a_clock_to_be_one_step_off(self, client, person, seconds, enters):
        with clock.stopped_at(NOON):
            give_password(client)
            code = code_at(person.secret, NOON + dt.timedelta(seconds=seconds))
            assert (client.submit("/staff/sign-in/code", code=code).status_code == 200) is enters

    def test_works_once(self, client, app, person):
        other = app.test_client()
        with clock.stopped_at(NOON):
            for visitor, status in ((client, 200), (other, 422)):
                give_password(visitor)
                response = visitor.submit("/staff/sign-in/code", code=code_at(person.secret, NOON))
                assert response.status_code == status

    def test_asks_for_the_password_again_after_ten_minutes(self, client, person):
        with clock.stopped_at(NOON):
            give_password(client)
        with clock.stopped_at(NOON + dt.timedelta(minutes=11)):
            assert client.get("/staff/sign-in/code").status_code == 303

    def test_is_worth_nothing_after_the_password_has_changed(self, client, person):
        give_password(client)
        passwords.set_password(person, "entirely other words 9")
        db.session.commit()
        assert client.get("/staff/sign-in/code").status_code == 303

    def test_leads_back_to_the_page_that_was_asked_for(self, client, person):
        with clock.stopped_at(NOON):
            client.get("/staff/account?lang=en")
            give_password(client)
            response = client.submit("/staff/sign-in/code", code=code_at(person.secret, NOON))
            assert response.page.h1 == "Your account"

    def test_rotates_the_session(self, client, person):
        """A cookie somebody planted before the sign-in is worth nothing after it."""
        with clock.stopped_at(NOON):
            give_password(client)
            with client.session_transaction() as cookie:
                before = dict(cookie)
            client.submit("/staff/sign-in/code", code=code_at(person.secret, NOON))
            with client.session_transaction() as cookie:
                assert "staff_pending" not in cookie
                assert cookie.get("csrf_token") != before["csrf_token"]
                first = cookie["staff_token"]
            client.post("/staff/sign-out", data={"csrf_token": _token(client)})
            sign_in_as(client, person)
            with client.session_transaction() as cookie:
                assert cookie["staff_token"] != first


def _token(client) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', client.get("/staff/").page.html).group(1)


class TestRecoveryCode:
    def test_stands_in_for_the_app_once(self, client, app, person):
        typed = person.recovery[0].lower().replace("-", " ")
        give_password(client)
        page = client.submit("/staff/sign-in/recovery-code", code=typed).page
        assert page.h1 == "Your account"
        assert "You have 9 left" in page.text
        other = app.test_client()
        give_password(other)
        assert other.submit("/staff/sign-in/recovery-code", code=typed).status_code == 422

    def test_of_somebody_else_does_not_fit(self, client, person):
        other = make_staff("analyst")
        foreign = second_step.make_recovery_codes(other)[0]
        db.session.commit()
        give_password(client)
        assert client.submit("/staff/sign-in/recovery-code", code=foreign).status_code == 422


class TestLockOut:
    def test_makes_an_account_wait_longer_and_longer(self, client, person):
        with clock.stopped_at(NOON):
            for _ in range(5):
                assert give_password(client, password="wrong wrong wrong").status_code == 422
            refused = give_password(client)
            assert refused.status_code == 429, "even with the right password"
            assert refused.page.errors == [
                "There have been too many tries. Wait until 2 March 2026, 12:00 and try again."
            ]
        with clock.stopped_at(NOON + dt.timedelta(seconds=31)):
            assert give_password(client, password="wrong wrong wrong").status_code == 422
        with clock.stopped_at(NOON + dt.timedelta(seconds=31 + 45)):
            assert give_password(client).status_code == 429
        with clock.stopped_at(NOON + dt.timedelta(seconds=31 + 61)):
            assert give_password(client).status_code == 200

    def test_says_the_same_of_an_account_that_does_not_exist(self, client, person):
        with clock.stopped_at(NOON):
            answers = [
                give_password(client, email="nobody@example.org", password="wrong").status_code for _ in range(6)
            ]
        assert answers == [422] * 5 + [429]

    def test_makes_an_address_wait_that_tries_many_accounts(self, client, person):
        with clock.stopped_at(NOON):
            answers = [
                give_password(client, email=f"n{n}@example.org", password="wrong").status_code for n in range(26)
            ]
            assert answers == [422] * 25 + [429]
            elsewhere = client.application.test_client()
            elsewhere.environ_base["REMOTE_ADDR"] = "192.0.2.7"
            assert give_password(elsewhere).status_code == 200, "others are not kept out"

    def test_takes_all_of_an_ipv6_network_for_one_address(self, client, person):
        with clock.stopped_at(NOON):
            for number in range(25):
                client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number + 1:x}"
                give_password(client, email=f"n{number}@example.org", password="wrong")
            client.environ_base["REMOTE_ADDR"] = "2001:db8:1:2:ffff::9"
            assert give_password(client).status_code == 429

    def test_counts_codes_as_well_as_passwords(self, client, person):
        with clock.stopped_at(NOON):
            give_password(client)
            answers = [client.submit("/staff/sign-in/code", code="000000").status_code for _ in range(5)]
            assert answers == [422] * 4 + [429]

    def test_is_forgotten_after_a_sign_in_and_after_a_day(self, client, person):
        with clock.stopped_at(NOON):
            give_password(client, password="wrong wrong wrong")
            give_password(client)
            client.submit("/staff/sign-in/code", code=code_at(person.secret, NOON))
            assert db.session.scalar(sa.select(sa.func.count(FailedSignIn.id))) == 0
            give_password(client.application.test_client(), email="x@example.org", password="wrong")
        with clock.stopped_at(NOON + dt.timedelta(hours=25)):
            give_password(client.application.test_client(), email="y@example.org", password="wrong")
            assert db.session.scalar(sa.select(sa.func.count(FailedSignIn.id))) == 1

    def test_keeps_neither_address_nor_account_in_clear(self, client, person):
        give_password(client, password="wrong wrong wrong")
        row = db.session.scalars(sa.select(FailedSignIn)).one()
        assert re.fullmatch("[0-9a-f]{64}", row.account_index)
        assert re.fullmatch("[0-9a-f]{64}", row.address_index)


class TestSession:
    def test_ends_after_half_an_hour_without_a_page(self, client):
        with clock.stopped_at(NOON):
            sign_in(client, "analyst")
        with clock.stopped_at(NOON + dt.timedelta(minutes=29)):
            assert client.get("/staff/").status_code == 200
        with clock.stopped_at(NOON + dt.timedelta(minutes=58)):
            assert client.get("/staff/").status_code == 200, "a page keeps it alive, and writes nothing"
        with clock.stopped_at(NOON + dt.timedelta(minutes=89)):
            assert client.get("/staff/").status_code == 303

    def test_ends_after_twelve_hours_however_busy(self, client):
        with clock.stopped_at(NOON):
            sign_in(client, "analyst")
        for minutes in range(20, 720, 20):
            with clock.stopped_at(NOON + dt.timedelta(minutes=minutes)):
                assert client.get("/staff/").status_code == 200
        with clock.stopped_at(NOON + dt.timedelta(hours=12, seconds=1)):
            assert client.get("/staff/").status_code == 303

    def test_ends_when_the_account_is_switched_off(self, client):
        staff = sign_in(client, "analyst")
        staff.active = False
        db.session.commit()
        assert client.get("/staff/").status_code == 303

    def test_is_not_to_be_made_up_with_a_guessed_cookie(self, client):
        sign_in(client, "analyst")
        assert client.get_cookie("panel") is not None
        client.set_cookie("panel", client.get_cookie("panel").value[:-2] + "xx")
        assert client.get("/staff/").status_code == 303

    def test_keeps_the_token_only_as_a_hash(self, client):
        token = sign_in_as(client, make_staff("analyst"))
        row = db.session.scalars(sa.select(StaffSession)).one()
        assert token not in {row.token_hash, row.browser}


class TestDemo:
    def test_is_silent_where_the_demo_is_off(self, client, app):
        page = client.get("/staff/sign-in").page
        assert not page.all("table")

    def test_offers_its_accounts_and_their_codes(self, client, app, monkeypatch, person):
        from accounts import demo
        from core import config

        shown = config.settings()
        monkeypatch.setitem(shown.values, "DEMO", True)
        demo.load()
        db.session.commit()
        page = client.get("/staff/sign-in").page
        cells = [text_of(cell) for cell in page.one("table").iter("td")]
        assert "administrator@demo.example" in cells
        for sign_in_with in demo.sign_ins():
            visitor = app.test_client()
            page = give_password(visitor, sign_in_with.email, sign_in_with.password).page
            code = text_of(page.one("strong", id="demo-code"))
            assert visitor.submit("/staff/sign-in/code", code=code).page.h1 == "What waits for you"
        assert not give_password(client).page.all("strong", id="demo-code"), "never for a real account"
