"""Whom e-mail does not reach hears of every step by letter or on the phone, in their language, and staff say so."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from core import config
from core.audit import AuditEntry
from core.database import db
from expenses.models import Claim
from mail import by_hand, claiming
from mail.errors import NotSettleableError
from mail.models import MessageState, OutboxMessage
from tests.factories import expenses as make
from tests.factories.members import make_member
from tests.factories.staff import sign_in
from tests.support.pages import PageClient
from tests.support.queries import at_most

LIST = "/staff/expenses/telling"


def by_phone(**columns: Any) -> Any:
    return make_member(**{"route": "phone", "phone": "0116 496 0001", "email": None, "name": "Ada Bell", **columns})


def waiting() -> list[OutboxMessage]:
    return list(by_hand.list_waiting("payee", 0, 50))


def step(state: str, **columns: Any) -> Claim:
    return make.make_claim(state, payee=make.make_payee(by_phone(**columns)))


class TestWaiting:
    @pytest.mark.parametrize(
        ("state", "kinds"),
        [
            ("submitted", ["claim_received"]),
            ("question", ["claim_received", "claim_question"]),
            ("approved", ["claim_received", "claim_approved"]),
            ("refused", ["claim_received", "claim_refused"]),
            ("paid", ["claim_received", "claim_approved", "claim_paid"]),
            ("failed", ["claim_received", "claim_approved", "claim_payment_failed"]),
        ],
    )
    def test_every_step_waits_to_be_told(self, client: PageClient, state: str, kinds: list[str]) -> None:
        step(state)
        assert [message.kind for message in waiting()] == kinds
        assert {message.state for message in waiting()} == {MessageState.BY_HAND}

    def test_who_is_reached_by_e_mail_gets_e_mail_alone(self, client: PageClient) -> None:
        make.make_claim("submitted", payee=make.make_payee(make_member()))
        assert waiting() == []
        kinds = db.session.execute(sa.select(OutboxMessage.kind, OutboxMessage.state)).all()
        assert ("claim_received", "queued") in [tuple(row) for row in kinds]

    def test_a_message_that_is_no_step_of_a_claim_does_not_wait(self, client: PageClient) -> None:
        make_member(route="post", address="1 High Street\nLeicester", email=None)
        assert by_hand.count_waiting("member") == 0

    def test_the_worker_leaves_it_to_people(self, client: PageClient) -> None:
        step("submitted")
        assert not claiming.anything_due()
        assert len(waiting()) == 1


class TestPages:
    def test_from_the_home_page_to_a_person_who_has_been_told(self, client: PageClient) -> None:
        claim = step("submitted", language="cy")
        sign_in(client, "panel_manager")
        assert "1 message about a claim waits for a letter or a call." in client.get("/staff/").page.text
        page = client.get(LIST).page
        page = client.get(page.link("Claim received: Ada Bell")).page
        assert "0116 496 0001" in page.text
        assert "Welsh" in page.text
        (said,) = [e for e in page.all("div") if e.get("lang") == "cy"]
        words = "".join(said.itertext())
        assert claim.reference in words
        assert "£4.20" in words
        assert config.settings().base_url not in words, "who has no e-mail cannot sign in by it"
        (message,) = waiting()
        client.submit(f"{LIST}/{message.id}", result="told")
        db.session.expire_all()
        assert (message.state, message.context) == (MessageState.TOLD, None)
        assert message.sent_at is not None
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "message.told")).one()
        assert "Ada" not in f"{entry.before} {entry.after} {entry.subject}"
        assert "Nobody has to be told." in client.get(LIST).page.text

    def test_who_cannot_be_reached_is_let_go_of(self, client: PageClient) -> None:
        step("submitted")
        sign_in(client, "panel_manager")
        (message,) = waiting()
        client.submit(f"{LIST}/{message.id}", result="unreached")
        db.session.expire_all()
        assert (message.state, message.failure, message.context) == (MessageState.SKIPPED, "given_up", None)

    def test_the_letter_is_tagged_large_and_in_the_persons_language(self, client: PageClient) -> None:
        step("submitted", route="post", address="1 High Street\nLeicester", language="cy", formats=["large_print"])
        sign_in(client, "panel_manager")
        (message,) = waiting()
        assert by_hand.words(message).formats == ["large_print"]
        reader = PdfReader(io.BytesIO(client.get(f"{LIST}/{message.id}/letter.pdf").data))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "cy"
        text = " ".join(page.extract_text() for page in reader.pages)
        assert "Ada Bell" in text
        assert "1 High Street" in text

    def test_what_was_told_is_not_there_to_be_told_again(self, client: PageClient) -> None:
        step("submitted")
        sign_in(client, "panel_manager")
        (message,) = waiting()
        by_hand.settle(message, told=True)
        db.session.commit()
        with pytest.raises(NotSettleableError):
            by_hand.settle(message, told=True)
        assert client.get(f"{LIST}/{message.id}").status_code == 404

    def test_only_who_enters_claims_reads_them(self, client: PageClient) -> None:
        sign_in(client, "payer")
        assert client.get(LIST).status_code == 403

    def test_a_long_list_asks_no_more_than_a_short_one(self, client: PageClient) -> None:
        for number in range(8):
            step("submitted", phone=f"0116 496 01{number:02}")
        sign_in(client, "panel_manager")
        client.get(LIST)
        with at_most(5):
            page = client.get(LIST).page
        assert page.text.count("Claim received") == 8
