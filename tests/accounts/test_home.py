from accounts import cards
from core import clock
from core.database import db
from mail.models import OutboxMessage
from mail.services import ensure_campaign, pause_campaign
from tests.factories.members import make_member
from tests.factories.staff import sign_in


class TestDashboard:
    def test_sends_a_stranger_to_sign_in(self, client):
        response = client.get("/staff/")
        assert response.status_code == 303
        assert response.location == "/staff/sign-in"

    def test_opens_for_signed_in_staff(self, client):
        sign_in(client, "analyst")
        assert client.get("/staff/").page.h1 == "What waits for you"

    def test_shows_a_card_only_to_those_who_may_act_on_it(self, client, monkeypatch):
        monkeypatch.setattr(cards, "_sources", {})
        cards.add_card("test.pay", "payments.pay", lambda staff: cards.Card("A payment run", "3 claims", "/pay"))
        sign_in(client, "payer")
        assert "A payment run" in client.get("/staff/").page.text
        sign_in(client, "analyst")
        assert "A payment run" not in client.get("/staff/").page.text


class TestMailCards:
    def test_say_what_is_held_back_and_what_waits_for_a_decision(self, client):
        sign_in(client, "panel_manager")
        assert "paused" not in client.get("/staff/").page.text
        member = make_member()
        campaign = ensure_campaign("invitation:fieldwork:1", "GP appointments", "invitation")
        pause_campaign(campaign)
        db.session.commit()
        assert "paused" not in client.get("/staff/").page.text  # nothing of it waits
        for state, key in (("queued", campaign.key), ("uncertain", "one")):
            values = {"campaign_key": key, "recipient": f"member:{member.id}", "kind": "invitation", "language": "en"}
            moment = {"created_at": clock.now(), "not_before": clock.now()}
            db.session.add(OutboxMessage(**values, **moment, state=state, message_id=f"{state}@example.org"))
        db.session.commit()
        page = client.get("/staff/").page
        assert "1 campaign is paused." in page.text
        assert "1 message may have left or not." in client.get("/staff/").page.text
        assert client.get(page.link("Uncertain messages")).page.h1 == "Uncertain messages"


class TestSignOut:
    def test_ends_the_session_for_every_copy_of_the_cookie(self, client, app):
        sign_in(client, "analyst")
        copy = app.test_client()
        with client.session_transaction() as cookie, copy.session_transaction() as other:
            other.update(cookie)
        token = client.get("/staff/").page.root.find(".//form//input[@name='csrf_token']").get("value")
        assert client.post("/staff/sign-out", data={"csrf_token": token}).status_code == 303
        assert copy.get("/staff/").status_code == 303
