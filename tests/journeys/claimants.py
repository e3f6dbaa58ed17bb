"""What journeys about claims have in common: a member who signs in from their mailbox, and the messages they get."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from core import clock
from core.database import db
from expenses.models import Claim
from panel.models import Member
from tests.factories.expenses import make_policy
from tests.factories.members import make_member
from tests.support.site import wait_for

_OWN = "main form button.nhsuk-button:not(.nhsuk-button--secondary)"


def make_claimant(site: Any, **values: Any) -> tuple[int, str]:
    """Return the number and the address of a member who can claim."""
    with site.context():
        make_policy()
        address = f"claims{clock.now().timestamp()}@example.org"
        return make_member(email=address, **values).id, address


def member(number: int) -> Member:
    return db.session.get_one(Member, number)


def sign_in(context: BrowserContext, site: Any, address: str) -> Page:
    """Sign a member in with the link from their mailbox; the mailbox may hold other messages."""
    before = len(sign_in_links(site, address))
    page = context.new_page()
    page.goto("/sign-in")
    page.locator("main input[name=email]").fill(address)
    press(page)
    wait_for(lambda: len(sign_in_links(site, address)) > before, "the sign-in link")
    page.goto(site.mail.link(address, "/sign-in/"))
    press(page)
    expect(page).to_have_url(f"{site.url}/me")
    return page


def sign_in_links(site: Any, address: str) -> list[EmailMessage]:
    return [message for message in site.mail.messages(address) if "/sign-in/" in words_of(message)]


def told(site: Any, address: str, reference: str, words: str) -> EmailMessage:
    """Wait for a message about a claim whose subject contains `words`, and return it."""

    def find() -> EmailMessage | None:
        subjects = [(str(message["Subject"]), message) for message in site.mail.messages(address)]
        found = [message for subject, message in subjects if reference in subject and words in subject]
        return found[-1] if found else None

    message: EmailMessage = wait_for(find, f"a message about {reference}: {words}")
    return message


def words_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    return str(body.get_content()) if body else ""


def press(page: Page, name: str = "") -> None:
    """Press the page's own button, or what is called `name`."""
    named = page.get_by_role("main").get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        (named if name else page.locator(_OWN)).first.click()


def choose(page: Page, value: str) -> None:
    """Choose one answer and go on."""
    page.locator(f"main input[type=radio][value='{value}']").check()
    press(page)


def claim_of(reference: str) -> Claim:
    return db.session.query(Claim).filter(Claim.reference == reference).one()
