from babel.messages.catalog import Message

from i18n import catalogues, pseudo
from tests.support.pages import Page
from tests.support.untranslated import Data, found_on


class TestDisguise:
    def test_is_longer_accented_and_marked_for_both_directions(self):
        said = pseudo.disguise("Page not found")
        assert len(said) > 1.3 * len("Page not found")
        assert said.startswith("\u2068")
        assert said.endswith("\u2069")
        assert "Page" not in said

    def test_keeps_placeholders_tags_and_entities(self):
        text = "<b>%(count)s</b> of 100&nbsp;%% in %(place)s"
        said = pseudo.disguise(text)
        assert not catalogues.faults(Message(text, said))
        assert "&nbsp;" in said
        assert "%%" in said


class TestFoundOn:
    """The finder itself must find: otherwise the walk over all pages proves nothing."""

    def page(self, html: str) -> Page:
        import html5lib

        page = Page.__new__(Page)
        page.root = html5lib.HTMLParser(namespaceHTMLElements=False).parse(
            f"<!DOCTYPE html><html lang='en-XA'><title>⟦x⟧</title><body>{html}"
        )
        return page

    def found(self, app, html: str, *data: str) -> list[str]:
        return found_on(self.page(html).root, Data(*data))

    def test_plain_words(self, app):
        assert self.found(app, "<p>Hello there</p>") == ["Hello there"]

    def test_a_plain_word_beside_translated_ones(self, app):
        assert self.found(app, "<p>⟦Ĥéļļö⟧ again</p>") == ["⟦Ĥéļļö⟧ again"]

    def test_a_label_only_a_screen_reader_says(self, app):
        assert self.found(app, "<nav aria-label='Pages'>⟦x⟧</nav>") == ["Pages"]

    def test_a_key_shown_as_it_is_although_the_database_holds_it(self, app):
        assert self.found(app, "<td>not_yet_told</td>", "not_yet_told") == ["not_yet_told"]

    def test_not_what_was_translated_even_around_a_link_and_data(self, app):
        html = "<p>⟦Ŵé <a href='/x'>ŵŕîŧé</a> to Asha Patel on 3 March 2026⟧</p><p>Asha Patel, 3 March 2026</p>"
        assert self.found(app, html, "Asha Patel") == []

    def test_not_names_numbers_or_codes(self, app):
        assert self.found(app, "<p>12 %</p><p translate='no'>staff:3</p><p lang='cy'>Cymraeg</p>") == []
