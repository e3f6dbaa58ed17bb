"""The first administrator, and the way back in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from accounts.models import Staff, StaffSession
from accounts.services import passwords, second_step
from core.audit import AuditEntry
from core.database import db
from tests.factories.staff import make_staff, sign_in

PASSWORD = "copper lantern harvest 41"


@pytest.fixture
def run(app):
    return app.test_cli_runner().invoke


class TestCreateAdmin:
    def test_asks_for_everything(self, run):
        result = run(
            args=["accounts", "create-admin"],
            input=f"Ada Stone\nAda@Example.org\n{PASSWORD}\n{PASSWORD}\n",
        )
        assert result.exit_code == 0, result.output
        assert PASSWORD not in result.output
        person = db.session.scalars(sa.select(Staff)).one()
        assert person.email == "ada@example.org"
        assert person.may("staff.manage")
        assert passwords.matches(person.password_hash, PASSWORD)
        assert set(db.session.scalars(sa.select(AuditEntry.actor))) == {"command"}

    def test_takes_the_password_from_the_environment(self, run):
        args = ["accounts", "create-admin", "--name", "Ada Stone", "--email", "ada@example.org"]
        assert run(args=args, env={"STAFF_PASSWORD": PASSWORD}).exit_code == 0

    def test_takes_no_password_on_the_command_line(self, run):
        result = run(args=["accounts", "create-admin", "--password", PASSWORD])
        assert result.exit_code == 2

    @pytest.mark.parametrize(("email", "password"), [("ada", PASSWORD), ("ada@example.org", "too short")])
    def test_refuses_in_one_sentence_and_leaves_nothing(self, run, email, password):
        args = ["accounts", "create-admin", "--name", "Ada Stone", "--email", email]
        result = run(args=args, env={"STAFF_PASSWORD": password})
        assert result.exit_code == 1
        assert result.output.startswith("Error: ")
        assert len(result.output.splitlines()) == 1
        db.session.rollback()
        assert db.session.scalar(sa.select(sa.func.count(Staff.id))) == 0


class TestReset:
    def test_gives_a_new_password_and_takes_the_second_step_and_sessions(self, client, run):
        person = sign_in(client, "administrator")
        second_step.make_recovery_codes(person)
        db.session.commit()
        result = run(args=["accounts", "reset", "--email", person.email], env={"STAFF_PASSWORD": PASSWORD})
        assert result.exit_code == 0, result.output
        assert client.get("/staff/").status_code == 303
        assert (
            db.session.scalar(sa.select(sa.func.count(StaffSession.id)).where(StaffSession.revoked_at.is_(None))) == 0
        )
        assert second_step.count_recovery_codes(make_staff("analyst")) == 0

    def test_says_when_nobody_has_the_address(self, run):
        result = run(args=["accounts", "reset", "--email", "x@example.org"], env={"STAFF_PASSWORD": PASSWORD})
        assert result.exit_code == 1
