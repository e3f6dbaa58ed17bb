"""Which spellings of an address are one household, and how its digest is kept up."""

from __future__ import annotations

import secrets
import threading

import pytest
import sqlalchemy as sa

from core import config, crypto
from core.database import db
from panel import contact
from panel.contact import normalise_address
from panel.models import Member
from panel.services import households
from tests.factories.members import make_member
from tests.support.queries import at_most

_HOME = "Flat 2, 10 High Street, Leicester, LE1 1AA"


class TestSpellings:
    @pytest.mark.parametrize(
        ("address", "postcode"),
        [
            ("flat 2, 10 high street, leicester, le1 1aa", ""),
            ("FLAT 2\n10 HIGH STREET\nLEICESTER\nLE11AA", ""),
            ("Flat 2 10 High Street Leicester", "LE1 1AA"),
            ("Flat 2, 10 High St., Leicester", "le11aa"),
            ("2/10 High Street", "LE1 1AA"),
            ("Apartment 2,10 High Street,,Leicester", " LE1  1AA ".replace("  ", " ")),
            ("Flat\u00a02, 10 High Street, Leicester, LE1\u00a01AA", ""),
        ],
    )
    def test_of_one_household_are_equal(self, address, postcode):
        assert normalise_address(address, postcode) == normalise_address(_HOME)

    @pytest.mark.parametrize(
        "address",
        [
            "Flat 3, 10 High Street, Leicester, LE1 1AA",
            "Flat 2, 12 High Street, Leicester, LE1 1AA",
            "Flat 2, 10 High Street, Leicester, LE1 1AB",
            "Flat 2a, 10 High Street, Leicester, LE1 1AA",
            "10 High Street, Leicester, LE1 1AA",
        ],
    )
    def test_of_neighbours_differ(self, address):
        assert normalise_address(address) != normalise_address(_HOME)

    def test_a_house_with_a_name_is_told_from_its_neighbour(self):
        one, other = "Rose Cottage, Low Lane, LE1 1AA", "The Old Mill, Low Lane, LE1 1AA"
        assert normalise_address(one) == normalise_address("rose  cottage,\nLow Ln", "LE11AA")
        assert normalise_address(one) != normalise_address(other)

    def test_without_a_postcode_the_whole_text_counts(self):
        assert normalise_address("10 High Street, Leicester") == normalise_address("10 high st LEICESTER")
        assert normalise_address("10 High Street, Leicester") != normalise_address("10 High Street, Oadby")

    @pytest.mark.parametrize("postcode", ["", "LE1 1AA"])
    def test_without_an_address_nobody_is_anybodys_housemate(self, postcode):
        assert normalise_address("  \n", postcode) == ""


def digest_of(member_id: int) -> str | None:
    db.session.expire_all()
    return db.session.scalar(sa.select(Member.address_index).where(Member.id == member_id))


def forget_digests() -> None:
    db.session.execute(sa.update(Member).values(address_index=None))
    db.session.commit()


class TestIndex:
    def test_follows_a_move_and_goes_with_the_address(self, app):
        member = make_member(address=_HOME)
        before = digest_of(member.id)
        contact.seal_contact(member, address="12 High Street, Leicester, LE1 1AA")
        db.session.commit()
        assert digest_of(member.id) not in (before, None)
        contact.seal_contact(member, address=None)
        db.session.commit()
        assert digest_of(member.id) is None

    def test_is_made_for_members_kept_before_it_was(self, app):
        one, other = make_member(address=_HOME).id, make_member(address=_HOME.upper()).id
        nowhere = make_member().id
        was = digest_of(one)
        forget_digests()
        result = app.test_cli_runner().invoke(args=["panel", "index-addresses"])
        assert result.exit_code == 0, result.output
        assert digest_of(one) == digest_of(other) == was
        assert digest_of(nowhere) is None

    def test_is_made_in_portions_with_two_statements_each(self, app):
        members = [make_member(address=f"{n} High Street, LE1 1AA").id for n in range(1, 8)]
        make_member(address="—")
        forget_digests()
        last, portions = 0, 0
        while True:
            with at_most(2):
                last = households.index_some(last, limit=3)
            db.session.commit()
            if last is None:
                break
            portions += 1
        assert portions == 3, "who has an address of no words is passed over, not looked at for ever"
        assert len({digest_of(member_id) for member_id in members} - {None}) == 7

    def test_is_made_anew_with_new_keys(self, app):
        one, other, nowhere = make_member(address=_HOME).id, make_member(address=_HOME.lower()).id, make_member().id
        before = digest_of(one)
        new = {"renewed": secrets.token_bytes(32)}
        try:
            crypto.use_keys(new | dict(config.settings().field_keys))
            result = app.test_cli_runner().invoke(args=["core", "rotate-keys"])
            assert "member.address_index: 2" in result.output, result.output
            crypto.use_keys(new)
            after = digest_of(one)
            assert after == digest_of(other) == contact.address_index(db.session.get_one(Member, one))
            assert after != before
            assert digest_of(nowhere) is None
        finally:
            crypto.use_keys(config.settings().field_keys)

    def test_of_somebody_who_moves_while_keys_are_renewed_is_that_of_the_new_home(self, app, monkeypatch):
        """The mover has to wait until the portion is written; who did not wait would have moved by then."""
        member_id = make_member(address=_HOME).id
        real, moved = contact.address_index, []

        def move() -> None:
            with app.app_context():
                mine = db.session.get_one(Member, member_id)
                contact.seal_contact(mine, address="99 Low Road, LE1 9ZZ")
                db.session.commit()
                moved.append(True)

        mover = threading.Thread(target=move)

        def slow(member):
            found = real(member)
            if mover.ident is None:
                mover.start()
                mover.join(2)
            return found

        monkeypatch.setattr(contact, "address_index", slow)
        new = {"renewed": secrets.token_bytes(32)}
        try:
            crypto.use_keys(new | dict(config.settings().field_keys))
            result = app.test_cli_runner().invoke(args=["core", "rotate-keys"])
            assert result.exit_code == 0, result.output
            mover.join(60)
            assert moved
            db.session.rollback()
            mine = db.session.get_one(Member, member_id, populate_existing=True)
            assert contact.unseal(mine, "address").startswith("99 Low Road")
            assert digest_of(member_id) == real(mine)
        finally:
            crypto.use_keys(config.settings().field_keys)
