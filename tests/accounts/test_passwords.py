"""Which passwords are refused, in words that help."""

from __future__ import annotations

import time

import pytest

from accounts import errors
from accounts.services import passwords


def refused(app, typed, name="Wanda Quill", email="wquill@hospital.example"):
    try:
        passwords.check(typed, name, email)
    except errors.DomainError as error:
        return type(error)
    return None


class TestCheck:
    @pytest.mark.parametrize(
        "typed",
        [
            "copper lantern harvest",
            "kR7#mq2Vz9pL",
            "beic glaw mynydd tân",
            "ياسمين دفتر سحابة جبل",
            " spaces at both ends ok ",
        ],
    )
    def test_takes_what_is_long_and_not_guessable(self, app, typed):
        assert refused(app, typed) is None

    @pytest.mark.parametrize("typed", ["", "short", "elevenchars"])
    def test_refuses_fewer_than_twelve_characters(self, app, typed):
        assert refused(app, typed) is errors.PasswordTooShortError

    def test_counts_characters_and_not_bytes(self, app):
        assert refused(app, "ñ" * 11) is errors.PasswordTooShortError

    @pytest.mark.parametrize(
        "typed",
        ["passwordpassword", "Password1234!", "123456789012", "aaaaaaaaaaaa", "qwertyuiop12", "letmeinletmein"],
    )
    def test_refuses_what_everybody_uses(self, app, typed):
        assert refused(app, typed) is errors.PasswordTooCommonError

    @pytest.mark.parametrize(
        "typed",
        [
            "wanda and the copper moon",
            "xx-QUILL-lantern-moon",
            "wquill lantern moon 7",
            "lantern hospital moon 7",
            "rutland lantern moon 7",
        ],
    )
    def test_refuses_name_address_and_organisation(self, app, typed):
        assert refused(app, typed) is errors.PasswordTooPersonalError

    def test_takes_four_thousand_characters_quickly_and_no_book(self, app):
        long = "lantern copper moon " * 204
        began = time.process_time()
        assert refused(app, long[:4096]) in {None, errors.PasswordTooCommonError}
        assert time.process_time() - began < 1
        assert refused(app, "x" * 4097) is errors.PasswordTooLongError


class TestMatches:
    def test_looks_at_the_end_of_a_long_password_too(self, app):
        long = "copper lantern harvest " * 178
        kept = passwords.make_hash(long[:4090])
        assert passwords.matches(kept, long[:4090])
        assert not passwords.matches(kept, long[:4089])

    def test_never_matches_an_account_without_a_password(self, app):
        assert not passwords.matches(None, "the password of nobody")
