from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from core import audit
from core.audit import AuditEntry
from core.database import db
from tests.factories.staff import sign_in
from tests.support.pages import text_of
from tests.support.queries import at_most


def three_entries():
    for number in range(3):
        audit.record("fieldwork.opened", f"fieldwork:{number}", {"state": "draft"}, {"state": "open"})
    db.session.commit()


class TestVerify:
    def test_finds_a_whole_chain_whole(self, app):
        three_entries()
        assert audit.verify() is None

    def test_names_the_row_that_was_changed(self, app):
        three_entries()
        db.session.execute(
            sa.update(AuditEntry).where(AuditEntry.subject == "fieldwork:1").values(after={"state": "x"})
        )
        changed = db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.subject == "fieldwork:1"))
        assert audit.verify() == changed

    def test_notices_that_a_row_was_taken_out(self, app):
        three_entries()
        db.session.execute(sa.delete(AuditEntry).where(AuditEntry.subject == "fieldwork:1"))
        assert audit.verify() is not None


class TestPage:
    def fill(self, count=120):
        for number in range(count):
            audit.record(
                "fieldwork.opened" if number % 2 else "staff.added", f"fieldwork:{number % 3}", after={"n": number}
            )
        db.session.commit()

    def seen(self, page):
        """The numbers of the entries on a page, in order."""
        return [int(text_of(row[-1]).split()[-1]) for row in page.one("tbody").iter("tr")]

    def test_walks_back_and_forth_through_all_of_them(self, client):
        self.fill()
        sign_in(client, "assurance")
        page = client.get("/staff/audit").page
        assert self.seen(page) == list(range(119, 69, -1))
        page = client.get(page.link("Older")).page
        page = client.get(page.link("Older")).page
        assert self.seen(page) == list(range(19, -1, -1))
        page = client.get(page.link("Newer")).page
        assert self.seen(page) == list(range(69, 19, -1))
        page = client.get(page.link("Newer")).page
        assert self.seen(page) == list(range(119, 69, -1))
        assert "Newer" not in page.text

    def test_shows_one_subject_or_one_action_and_keeps_that_over_pages(self, client):
        self.fill(310)
        sign_in(client, "assurance")
        page = client.get("/staff/audit?subject=fieldwork:1&action=fieldwork.opened").page
        assert all(n % 2 == 1 and n % 3 == 1 for n in self.seen(page))
        older = client.get(page.link("Older")).page
        assert self.seen(older) == [7, 1]
        assert older.one("input", name="subject").get("value") == "fieldwork:1"
        options = [o.get("value") for o in older.one("select", name="action").iter("option")]
        assert options == ["", "staff.added", "fieldwork.opened"]

    def test_says_in_words_what_was_done(self, client):
        self.fill(2)
        sign_in(client, "assurance")
        page = client.get("/staff/audit").page
        done = [text_of(row[2]) for row in page.one("tbody").iter("tr")]
        assert done == ["Fieldwork opened", "A person was added to staff"]
        options = [text_of(option) for option in page.one("select", name="action").iter("option")]
        assert options == ["Everything", "A person was added to staff", "Fieldwork opened"]

    def test_says_when_nothing_fits(self, client):
        sign_in(client, "assurance")
        assert "Nothing in the record fits." in client.get("/staff/audit?subject=<script>").page.text

    def test_asks_the_same_few_queries_however_long_the_record(self, client):
        self.fill(310)
        sign_in(client, "assurance")
        with at_most(3):
            response = client.get("/staff/audit?before=200")
        assert response.status_code == 200


class TestCommand:
    def test_says_that_all_is_whole(self, app):
        three_entries()
        result = app.test_cli_runner().invoke(args=["audit", "verify"])
        assert (result.exit_code, result.output) == (0, "The audit log is whole.\n")

    def test_names_the_broken_entry_and_fails(self, app):
        three_entries()
        second = db.session.scalar(sa.select(AuditEntry.id).where(AuditEntry.subject == "fieldwork:1"))
        db.session.execute(sa.update(AuditEntry).where(AuditEntry.id == second).values(actor="staff:9"))
        db.session.commit()
        result = app.test_cli_runner().invoke(args=["audit", "verify"])
        assert result.exit_code == 1
        assert f"entry {second}." in result.output


class TestRecord:
    def test_keeps_one_chain_when_many_write_at_once(self, app):
        """Two rows that both follow the same one would be a fork: the unique constraint and the lock forbid it."""

        def write(number: int) -> None:
            with app.app_context():
                audit.record("test.written", f"test:{number}")
                db.session.commit()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(40)))
        assert audit.verify() is None
        assert db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) == 40
