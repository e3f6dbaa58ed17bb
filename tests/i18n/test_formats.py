import datetime as dt

import pytest

from core.errors import Said
from i18n import languages, negotiation, web
from tests.i18n import MARCH_3


class TestFormats:
    @pytest.mark.parametrize(
        ("tag", "day", "number", "share"),
        [
            ("en", "3 March 2026", "1,234.5", "46%"),
            ("cy", "3 Mawrth 2026", "1,234.5", "46%"),
            ("ar", "3 مارس 2026", "1,234.5", "46%"),
        ],
    )
    def test_follow_the_language(self, app, tag, day, number, share):
        with negotiation.speaking(tag):
            assert web.day(MARCH_3) == day
            assert web.number(1234.5) == number
            assert web.percent(0.4567).replace("\u200e", "").replace("٪؜", "%") == share

    def test_a_moment_is_shown_where_people_are(self, app):
        with negotiation.speaking("en"):
            assert web.moment(dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)) == "1 July 2026, 23:30"
            assert web.day(dt.datetime(2026, 7, 1, 23, 30, tzinfo=dt.UTC)) == "2 July 2026"

    def test_nothing_is_shown_of_nothing(self, app):
        assert [web.day(None), web.moment(None), web.number(None), web.percent(None)] == ["", "", "", ""]


@pytest.mark.parametrize(("tag", "words"), [("en", "£1,234.50"), ("cy", "£1,234.50"), ("ar", "\u200f1,234.50\xa0£")])
def test_amounts_are_in_the_readers_format(app, tag, words):
    with negotiation.speaking(tag):
        assert web.money(123450) == words


@pytest.mark.parametrize(
    ("tag", "words", "parts"),
    [("en", "a, b and c", "a, b, c"), ("cy", "a, b, a(c) c", "a, b, c"), ("ar", "a وb وc", "a وb وc")],
)
def test_lists_are_written_as_each_language_does(app, tag, words, parts):
    with negotiation.speaking(tag):
        assert web.listed("abc") == words
        assert web.listed(["a", "b", "c"], "unit") == parts
        assert web.listed([]) == ""
        assert web.words(Said("Missing: %(names)s", {"names": ["a", "b", "c"]})).endswith(words)


def test_lists_can_be_written_in_every_language(app):
    for language in languages.LANGUAGES:
        with negotiation.speaking(language.tag):
            for style in ("standard", "unit"):
                assert [web.listed("1234"[:n], style) for n in (0, 1)] == ["", "1"]
                assert all(web.listed("1234", style).count(letter) == 1 for letter in "1234")


class TestNumbersAmongWords:
    """What is no word keeps its order in every language, and no line is broken within it."""

    def test_a_phone_number_is_rung_with_one_tap(self, app):
        piece = '<a class="app-whole" href="tel:+441160000000"><bdi dir="ltr">+44 116 000-0000</bdi></a>'
        assert web.phone("+44 116 000-0000") == piece
        assert web.phone("") == ""

    def test_nothing_is_taken_from_a_number_into_the_page(self, app):
        assert "<b>" not in web.phone('0116"><b>')

    def test_a_code_stays_in_one_piece(self):
        assert web.codes("such as 7K3M-Q2XV-09BT.") == 'such as <bdi class="app-whole" dir="ltr">7K3M-Q2XV-09BT</bdi>.'
        assert '<bdi class="app-whole" dir="ltr">30-94-30</bdi>' in web.codes("such as 30-94-30, <on> your card")
        assert "&lt;on&gt;" in web.codes("such as 30-94-30, <on> your card")
        assert web.codes("a follow-up by e-mail, 2026-27") == "a follow-up by e-mail, 2026-27"
