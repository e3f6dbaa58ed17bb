import sqlalchemy as sa

from core import audit
from core.audit import AuditEntry
from core.database import db


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
