"""Pages of the mail room: staff, refusals, the demo's mailbox."""

from __future__ import annotations

import secrets
from collections import Counter

import pytest
import sqlalchemy as sa

from core import config, crypto
from core.audit import AuditEntry
from core.database import commit, db
from mail import claiming, services, signals, unsubscribing
from mail.claiming import Outcome
from mail.models import Campaign, MessageState, OutboxMessage
from tests.factories.staff import sign_in
from tests.support.queries import at_most


def sent_campaign(people, kinds, fates, key="news:1"):
    """A campaign with one message for each of `fates`, a (state, failure)."""
    campaign = services.ensure_campaign(key, "News of the spring", "news")
    for number in range(len(fates)):
        people.add(str(number))
    kinds["news"].queue_many((number, key) for number in range(len(fates)))
    rows = claiming.claim("run", len(fates)).rows
    outcomes = [Outcome(row.id, 1, state, why) for row, (state, why) in zip(rows, fates, strict=True)]
    claiming.record("run", outcomes)
    commit()
    return campaign.id


FATES = [
    (MessageState.SENT, None),
    (MessageState.SENT, None),
    (MessageState.FAILED, "mailbox_full"),
    (MessageState.UNCERTAIN, "worker_died"),
]


class TestCampaigns:
    def test_shows_how_far_each_is(self, client, people, kinds):
        sign_in(client, "panel_manager")
        campaign = sent_campaign(people, kinds, FATES)
        page = client.get("/staff/messages").page
        assert "News of the spring" in page.text
        page = client.get(f"/staff/messages/campaigns/{campaign}").page
        assert "2 of 4" in page.text
        assert "The mailbox is full" in page.text

    def test_many_campaigns_cost_as_many_queries_as_one(self, client, people, kinds):
        sign_in(client, "panel_manager")
        for number in range(30):
            services.ensure_campaign(f"news:{number}", f"News {number}", "news")
        commit()
        with at_most(16):
            page = client.get("/staff/messages").page
        page = client.get(page.link("Older")).page
        assert "News 0" in page.text

    def test_pause_holds_the_rest_back_until_resumed(self, client, people, kinds):
        sign_in(client, "panel_manager")
        campaign = sent_campaign(people, kinds, [])
        people.add("1")
        kinds["news"](1)
        commit()
        url = f"/staff/messages/campaigns/{campaign}"
        assert "paused" in client.submit(url, "pause").page.text
        assert not claiming.anything_due()
        client.submit(url, "resume")
        assert claiming.anything_due()
        actions = db.session.scalars(sa.select(AuditEntry.action)).all()
        assert {"campaign.paused", "campaign.resumed"} <= set(actions)

    def test_who_may_only_read_finds_no_button(self, client, people, kinds):
        sign_in(client, "analyst")
        assert client.get("/staff/messages").status_code == 403
        assert client.post("/staff/messages/campaigns/1/pause").status_code in {400, 403}

    def test_an_unknown_campaign_is_not_found(self, client):
        sign_in(client, "panel_manager")
        assert client.get("/staff/messages/campaigns/99").status_code == 404


class TestSettle:
    @pytest.mark.parametrize(("choice", "state"), [("again", "queued"), ("sent", "sent"), ("give_up", "skipped")])
    def test_does_what_was_decided_and_keeps_a_record(self, client, people, kinds, choice, state):
        sign_in(client, "panel_manager")
        sent_campaign(people, kinds, FATES)
        listed = client.get("/staff/messages/uncertain").page
        done = client.submit(listed.link("Decide"), "settle", choice=choice)
        assert "Your decision is recorded" in done.page.text
        message = db.session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
        assert message.state == state
        assert (message.context is None) == (choice != "again")
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "message.settled")).one()
        assert entry.after["choice"] == choice

    def test_says_what_to_do_when_nothing_was_chosen(self, client, people, kinds):
        sign_in(client, "panel_manager")
        sent_campaign(people, kinds, FATES)
        url = client.get("/staff/messages/uncertain").page.link("Decide")
        page = client.submit(url, "settle").page
        assert page.errors == ["Choose what should happen."]

    def test_a_failed_one_can_be_sent_again_but_not_counted_as_sent(self, client, people, kinds):
        sign_in(client, "panel_manager")
        sent_campaign(people, kinds, FATES)
        url = client.get("/staff/messages/failures").page.link("Decide")
        page = client.get(url).page
        assert [i.get("value") for i in page.all("input", type="radio")] == ["again", "give_up"]

    def test_one_that_is_settled_says_so(self, client, people, kinds):
        sign_in(client, "panel_manager")
        sent_campaign(people, kinds, FATES[:1])
        row = db.session.scalars(sa.select(OutboxMessage)).one()
        page = client.get(f"/staff/messages/{row.id}/settle", follow_redirects=True).page
        assert "has been settled" in page.text


class TestSettleCampaign:
    @pytest.mark.parametrize(("choice", "state"), [("again", "queued"), ("sent", "sent"), ("give_up", "skipped")])
    def test_decides_about_all_of_a_campaign_and_of_no_other(self, client, people, kinds, choice, state):
        sign_in(client, "panel_manager")
        uncertain = [("uncertain", "restored")] * 3
        campaign = sent_campaign(people, kinds, [*uncertain, ("sent", None)])
        sent_campaign(people, kinds, uncertain[:1], key="news:2")
        page = client.get(f"/staff/messages/campaigns/{campaign}").page
        address = page.link("Decide about all uncertain messages at once")
        assert "3 messages of this campaign" in client.get(address).page.text
        assert client.submit(address, "settle").page.errors == ["Choose what should happen."]
        page = client.submit(address, "settle", choice=choice).page
        assert "Your decision about 3 messages is recorded." in page.html
        rows = db.session.execute(sa.select(OutboxMessage.campaign_key, OutboxMessage.state))
        assert Counter(map(tuple, rows)) == Counter(
            [("news:1", state)] * 3 + [("news:1", "sent"), ("news:2", "uncertain")]
        )
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "campaign.settled")).one()
        assert entry.after == {"choice": choice, "messages": 3}

    def test_is_for_those_who_manage_messages(self, client, people, kinds):
        sign_in(client, "analyst")
        campaign = sent_campaign(people, kinds, [("uncertain", "restored")])
        assert client.get(f"/staff/messages/campaigns/{campaign}/settle").status_code == 403


class TestHold:
    def test_after_a_restore_nothing_leaves_without_a_decision(self, app, people, kinds):
        sent_campaign(people, kinds, [("queued", None), ("queued", None), ("failed", "refused")])
        result = app.test_cli_runner().invoke(args=["mail", "hold"])
        assert result.output.startswith("2 held back.")
        assert not claiming.anything_due()
        found = db.session.scalars(sa.select(OutboxMessage.state).order_by(OutboxMessage.id))
        assert sorted(found) == ["failed", "uncertain", "uncertain"]


class TestUnsubscribe:
    @pytest.fixture
    def heard(self):
        calls = []

        def listen(sender, recipient, purpose):
            calls.append((recipient, purpose))

        signals.purpose_refused.connect(listen)
        yield calls
        signals.purpose_refused.disconnect(listen)

    def path(self):
        unsubscribing.ensure_key()
        commit()
        return unsubscribing.link("person:1", "newsletter").removeprefix("http://localhost")

    def test_looking_changes_nothing(self, client, heard):
        assert client.get(self.path()).status_code == 200
        assert heard == []

    def test_the_mail_programs_post_needs_neither_sign_in_nor_csrf(self, client, heard, monkeypatch, app):
        monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
        response = client.post(self.path(), data={"List-Unsubscribe": "One-Click"})
        assert response.status_code == 200
        assert heard == [("person:1", "newsletter")]

    def test_the_button_on_the_page_does_the_same(self, client, heard):
        page = client.submit(self.path()).page
        assert "We have stopped" in page.h1
        assert heard == [("person:1", "newsletter")]

    def test_the_link_tells_nobody_who_it_is_for(self, app):
        assert self.path() != self.path()
        assert "person" not in self.path()

    def test_the_link_works_after_both_keys_of_the_settings_have_changed(self, client, app, heard, monkeypatch):
        """A message lies in a mailbox for years; keys are changed, and the old ones removed, in the meantime."""
        app.extensions.pop("unsubscribe-link", None)  # the key of an earlier test's database
        path = self.path()
        old, new = config.settings().field_keys, {"new": secrets.token_bytes(32)}
        try:
            crypto.use_keys({**new, **old})
            assert app.test_cli_runner().invoke(args=["core", "rotate-keys"]).exit_code == 0
            crypto.use_keys(new)
            app.extensions.pop("unsubscribe-link", None)  # as in a process that starts with the new keys
            monkeypatch.setattr(app, "secret_key", secrets.token_hex(32))
            assert client.post(path).status_code == 200
        finally:
            crypto.use_keys(old)
            app.extensions.pop("unsubscribe-link", None)
        assert heard == [("person:1", "newsletter")]

    @pytest.mark.parametrize("token", ["x", "a" * 90, "%00"])
    def test_a_link_that_is_not_ours_leads_nowhere(self, client, heard, token):
        assert client.get(f"/unsubscribe/{token}").status_code == 404
        assert client.post(f"/unsubscribe/{token}").status_code == 404
        assert heard == []


class TestDemoMailbox:
    @pytest.fixture
    def demo(self, app, monkeypatch):
        monkeypatch.setitem(app.extensions["settings"].values, "DEMO", True)

    def test_does_not_exist_on_a_real_service(self, client):
        assert client.get("/demo/mail").status_code == 404

    def test_shows_what_was_sent_with_links_that_work(self, client, demo, people, kinds, post):
        people.add("1")
        kinds["news"](1)
        commit()
        post.send_all()
        page = client.get("/demo/mail").page
        letter = client.get(page.link("News for Anwen")).page
        assert letter.link("panel.example.org/a?b=1") == "https://panel.example.org/a?b=1&c=2"
        html = client.get(letter.link("as a mail program"))
        assert "script-src" not in html.headers["Content-Security-Policy"]
        assert "News" in html.page.h1

    @pytest.mark.parametrize("name", ["..%2f..%2fsecret_key", "secret_key", "0" * 40 + "@example.org"])
    def test_reads_nothing_but_messages(self, client, demo, name):
        assert client.get(f"/demo/mail/{name}").status_code == 404


def test_campaigns_are_made_once(app):
    first = services.ensure_campaign("a", "A", "news")
    assert services.ensure_campaign("a", "Another title", "news").id == first.id
    commit()
    assert db.session.scalar(sa.select(sa.func.count(Campaign.id))) == 1
