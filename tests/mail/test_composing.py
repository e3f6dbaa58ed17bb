"""What leaves: every registered message in every language, its headers, and nothing that should not be there."""

from __future__ import annotations

import email
from email import policy

import html5lib
import pytest

import app as application
from core.database import commit
from i18n.languages import LANGUAGES
from mail import composing, mime, registry, unsubscribing
from mail.claiming import claim
from mail.recipients import Facts
from tests.conftest import make_settings
from tests.support.pages import numbers_that_turn


@pytest.fixture(scope="module")
def registered(tmp_path_factory):
    """The kinds the whole application registers."""
    application.create_app(make_settings(tmp_path_factory.mktemp("kinds")))
    return registry.kinds()


class TestEveryMessage:
    def test_the_messages_of_the_service_are_registered(self, registered):
        expected = {"confirm_address", "already_member", "welcome", "sign_in_link", "invitation", "reminder"}
        expected |= {"thank_you", "outcome", "owner_reminder", "bounce_notice"}
        assert expected <= {rules.kind for rules in registered}

    @pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
    def test_its_sample_renders(self, app, registered, language):
        unsubscribing.ensure_key()
        for rules in registered:
            refusal = unsubscribing.link("member:1", rules.purpose) if rules.purpose else None
            with composing.speaking(language.tag):
                words = composing.render(rules, rules.sample(), language, refusal)
            self.check(rules.kind, words, language, refusal)

    def check(self, kind, words, language, refusal):
        assert words.subject.strip(), kind
        assert len(words.text) > 40, kind
        root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(words.html)
        assert (root.get("lang"), root.get("dir")) == (language.tag, language.direction), kind
        assert len(list(root.iter("h1"))) == 1, kind
        assert not list(root.iter("img")), f"{kind}: a picture would tell that it was read"
        assert not list(root.iter("script")), kind
        for content in (words.subject, words.text, " ".join(root.itertext())):
            if language.direction == "rtl":
                assert not numbers_that_turn(content), kind
            for leftover in ("{{", "{%", "&amp;", "<p>", "%("):
                assert leftover not in content, f"{kind}: {leftover} in the words"
        assert (refusal is None) or (refusal in words.text and refusal in words.html), kind


def compose(people, kinds, kind="news", facts=None, address=None):
    people.add("1", facts, address)
    assert kinds[kind](1) is not None
    unsubscribing.ensure_key()
    commit()
    row = claim("run", 1).rows[0]
    with composing.speaking(row.language):
        raw = composing.compose(row, registry.rules_of(kind), people.address_by_id["1"])
    return row, raw, email.message_from_bytes(raw, policy=policy.default)


class TestCompose:
    def test_the_standard_library_reads_it_back_without_a_defect(self, people, kinds):
        row, raw, message = compose(people, kinds, facts=Facts("ar", purposes=frozenset({"newsletter"})))
        assert [part.defects for part in message.walk()] == [[], [], []]
        assert message["Message-ID"] == f"<{row.message_id}>"
        assert message["Subject"] == "News for Anwen <b>"
        assert message["Content-Language"] == "ar"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime.utcoffset() is not None
        assert message["From"].addresses[0].display_name.startswith("Leicester")
        text, html = (part.get_content() for part in message.iter_parts())
        assert "Hello Anwen <b> & all: https://panel.example.org/a?b=1&c=2" in text
        assert "Anwen &lt;b&gt;" in html
        assert 'dir="rtl"' in html
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b"")

    def test_what_a_person_may_refuse_says_how(self, people, kinds):
        _, _, message = compose(people, kinds, facts=Facts("cy", purposes=frozenset({"newsletter"})))
        link = message["List-Unsubscribe"].strip("<>")
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        refusal = unsubscribing.read(link.rpartition("/")[2])
        assert (refusal.recipient, refusal.purpose) == ("person:1", "newsletter")
        assert link in message.get_body(("plain",)).get_content()

    def test_what_belongs_to_something_they_did_does_not(self, people, kinds):
        _, _, message = compose(people, kinds, "notice")
        assert message["List-Unsubscribe"] is None

    @pytest.mark.parametrize(
        "address", ["a@example.net\r\nBcc: b@example.net", "a b@example.net", "a@b, c@d", "nobody", "<a@b>"]
    )
    def test_an_address_cannot_add_headers(self, people, kinds, address):
        with pytest.raises(mime.BadAddressError):
            compose(people, kinds, address=address)
