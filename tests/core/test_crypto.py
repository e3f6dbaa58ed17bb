"""Sealed fields: bound to their place, opened by every listed key, moved to a new one by a command."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Staff
from core import clock, config, crypto, sealed
from core.audit import AuditEntry
from core.crypto import Keyring, SealBrokenError
from core.database import db
from mail import recipients
from mail.models import Suppression
from panel import contact
from panel.models import Member
from surveys import links
from surveys.models import Participation
from tests.factories.fieldwork import invite, make_open_fieldwork
from tests.factories.members import make_member
from tests.factories.staff import make_staff

OLD, NEW = {"a1": b"1" * 32}, {"b2": b"2" * 32}


class TestSeal:
    @given(st.text())
    def test_opens_to_what_was_sealed(self, text):
        ring = Keyring(OLD)
        assert ring.open(ring.seal(text, "t.c:1"), "t.c:1") == text

    def test_shows_neither_text_nor_that_two_are_equal(self):
        ring = Keyring(OLD)
        first, second = (ring.seal("ann@example.org", "t.c:1") for _ in range(2))
        assert b"ann" not in first
        assert first != second

    def test_opens_nowhere_else(self):
        ring = Keyring(OLD)
        kept = ring.seal("Ann", "member.name:1")
        for place in ("member.name:2", "member.email:1"):
            with pytest.raises(SealBrokenError):
                ring.open(kept, place)

    def test_notices_a_changed_bit(self):
        ring = Keyring(OLD)
        kept = bytearray(ring.seal("Ann", "t.c:1"))
        kept[-1] ^= 1
        with pytest.raises(SealBrokenError):
            ring.open(bytes(kept), "t.c:1")

    def test_error_names_the_column_and_never_the_row(self):
        with pytest.raises(SealBrokenError) as caught:
            Keyring(NEW).open(Keyring(OLD).seal("Ann", "member.name:abc123"), "member.name:abc123")
        assert str(caught.value) == "member.name"

    def test_is_opened_by_the_key_before_and_made_with_the_one_now(self):
        both = Keyring(NEW | OLD)
        kept = Keyring(OLD).seal("Ann", "t.c:1")
        assert both.open(kept, "t.c:1") == "Ann"
        assert not both.is_current(kept)
        assert both.is_current(both.seal("Ann", "t.c:1"))


class TestIndex:
    def test_is_the_same_for_the_same_value_and_purpose_alone(self):
        ring = Keyring(OLD)
        assert ring.index("a", "x") == ring.index("a", "x")
        assert (
            len({ring.index("a", "x"), ring.index("a", "y"), ring.index("b", "x"), Keyring(NEW).index("a", "x")}) == 4
        )

    def test_is_found_under_every_listed_key(self):
        assert Keyring(OLD).index("a", "x") in Keyring(NEW | OLD).indexes("a", "x")


#: Binary columns that hold no text sealed for a row, each with the reason why.
NOT_SEALED: dict[str, str] = {}


class TestRegistry:
    def test_knows_every_column_that_could_hold_something_sealed(self, app):
        binary = {
            f"{table.name}.{column.name}"
            for table in db.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, sa.LargeBinary)
        }
        assert binary - set(sealed.registered()) - set(NOT_SEALED) == set()

    def test_knows_no_column_that_is_gone(self, app):
        for column in sealed.registered().values():
            assert column.column in column.table.c
            assert not column.index_column or column.index_column in column.table.c


class TestRotateKeys:
    @pytest.fixture(autouse=True)
    def _keys(self, app):
        yield
        crypto.use_keys(config.settings().field_keys)

    def rotate(self, app, *options):
        return app.test_cli_runner().invoke(args=["core", "rotate-keys", *options])

    def test_leaves_nothing_that_needs_the_old_key(self, app):
        crypto.use_keys(OLD)
        people = []
        for number in range(7):
            member = make_member()
            contact.seal_contact(
                member, name=f"Name {number}", email=f"Person{number}@example.org", phone="07700 900123"
            )
            staff = make_staff("analyst")
            staff.totp_secret = crypto.keyring().seal(f"SECRET{number}", f"staff.totp_secret:{staff.seal_id}")
            people.append((member.id, staff.id))
        db.session.commit()

        crypto.use_keys(NEW | OLD)
        result = self.rotate(app, "--batch", "3")
        assert result.exit_code == 0, result.output

        crypto.use_keys(NEW)
        db.session.expire_all()
        for number, (member_id, staff_id) in enumerate(people):
            member, staff = db.session.get(Member, member_id), db.session.get(Staff, staff_id)
            assert contact.open_contact(member).email == f"Person{number}@example.org"
            assert member.email_index == contact.email_indexes(f"person{number}@example.org")[0], "still to be found"
            assert member.phone_index == contact.phone_indexes("07700900123")[0]
            assert crypto.keyring().open(staff.totp_secret, f"staff.totp_secret:{staff.seal_id}") == f"SECRET{number}"
        for name, column in sealed.registered().items():
            for value in db.session.scalars(sa.select(column.table.c[column.column])):
                assert value is None or crypto.keyring().is_current(value), name
        assert "keys.rotated" in set(db.session.scalars(sa.select(AuditEntry.action)))

    def test_keeps_codes_and_suppressed_addresses_found(self, app):
        """Neither is sealed: they are keyed indexes alone, and must be computed once more."""
        crypto.use_keys(OLD)
        staff = make_staff("analyst", email="ann@example.org")
        db.session.add(
            Suppression(
                address_index=recipients.address_index(staff.email),
                reason="bounced",
                at=clock.now(),
                recipient=f"staff:{staff.id}",
            )
        )
        way = invite(make_open_fieldwork(), [make_member()])[0]
        crypto.use_keys(NEW | OLD)
        assert self.rotate(app).exit_code == 0
        crypto.use_keys(NEW)
        db.session.expire_all()
        assert db.session.scalars(sa.select(Participation.code_index)).one() in links.code_indexes(way.code)
        assert db.session.get(Suppression, recipients.address_index("ann@example.org")) is not None

    def test_can_be_run_again_and_does_nothing_then(self, app):
        crypto.use_keys(OLD)
        staff = make_staff("analyst")
        staff.totp_secret = crypto.keyring().seal("SECRET", f"staff.totp_secret:{staff.seal_id}")
        db.session.commit()
        crypto.use_keys(NEW | OLD)
        assert "staff.totp_secret: 1" in self.rotate(app).output
        assert "staff.totp_secret: 0" in self.rotate(app).output

    def test_stops_in_one_sentence_when_a_key_is_missing(self, app):
        crypto.use_keys({"zz": os.urandom(32)})
        staff = make_staff("analyst")
        staff.totp_secret = crypto.keyring().seal("SECRET", f"staff.totp_secret:{staff.seal_id}")
        db.session.commit()
        crypto.use_keys(NEW | OLD)
        result = self.rotate(app)
        assert result.exit_code == 1
        assert result.output.splitlines()[-1].startswith("Error: A value in staff.totp_secret opens with none")
