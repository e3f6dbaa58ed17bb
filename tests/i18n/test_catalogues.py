import datetime as dt
import gettext
import io
from pathlib import Path

import pytest
from babel.messages import mofile
from babel.messages.catalog import Message

from core import clock
from i18n import audience, catalogues, languages

OURS = pytest.mark.parametrize("language", catalogues.source_languages(), ids=lambda language: language.tag)


@pytest.fixture(autouse=True, scope="module")
def _read_the_sources_once():
    """Reading every file takes most of the time of these tests, and the files stay as they are."""
    found = tuple(catalogues._found())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "_found", lambda: found)
        yield


class TestExtract:
    def test_finds_words_in_templates_forms_errors_and_menus(self):
        found = {message.id: [path for path, _ in message.locations] for message in catalogues.extract()}
        assert "templates/errors/404.html" in found["Page not found"]
        assert "core/forms.py" in found["Enter a real date, such as 27 3 1985."]
        assert "core/errors.py" in found["We could not find that."]
        assert "core/information.py" in found["Accessibility statement"]


class TestUpdate:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        catalogues.update(tmp_path)
        return tmp_path

    @OURS
    def test_a_new_catalogue_is_a_draft_with_six_plural_forms(self, folder, language):
        catalog = catalogues.read(language, folder)
        assert catalogues.DRAFT in catalog.header_comment
        assert catalog.num_plurals == 6

    @OURS
    def test_its_plural_rule_is_that_of_cldr(self, folder, language):
        from babel import Locale

        compiled = io.BytesIO()
        mofile.write_mo(compiled, catalogues.read(language, folder))
        compiled.seek(0)
        rule, order = gettext.GNUTranslations(compiled).plural, ["zero", "one", "two", "few", "many", "other"]
        for count in range(250):
            assert order[rule(count)] == Locale.parse(language.locale).plural_form(count), count

    def test_a_second_run_changes_nothing(self, folder):
        before = [path.read_bytes() for path in sorted(folder.rglob("*.po"))]
        catalogues.update(folder)
        assert [path.read_bytes() for path in sorted(folder.rglob("*.po"))] == before

    def test_is_dated_when_its_texts_change_and_only_then(self, folder):
        path = catalogues.path_of(languages.get("cy"), folder)
        with clock.stopped_at(dt.datetime(2031, 5, 4, tzinfo=dt.UTC)):
            catalogues.update(folder)
            assert "2031" not in path.read_text()
            catalog = catalogues.read(languages.get("cy"), folder)
            catalog.delete("Page not found")
            catalogues.write(catalog, path)
            catalogues.update(folder)
        assert "PO-Revision-Date: 2031-05-04" in path.read_text()

    def test_keeps_translations_even_of_texts_that_are_gone(self, folder):
        welsh = languages.get("cy")
        catalog = catalogues.read(welsh, folder)
        catalog["Page not found"].string = "Heb ganfod y dudalen"
        catalog.add("A text that no page has any more", "Testun", [("gone.py", 0)])
        catalogues.write(catalog, catalogues.path_of(welsh, folder))
        catalogues.update(folder)
        kept = catalogues.read(welsh, folder)
        assert kept["Page not found"].string == "Heb ganfod y dudalen"
        assert kept.obsolete["A text that no page has any more"].string == "Testun"

    def test_a_compiled_catalogue_is_made_again_only_after_a_change(self, folder):
        assert len(catalogues.compile_all(folder)) == len(catalogues.source_languages())
        assert catalogues.compile_all(folder) == []


class TestMissing:
    def test_tells_what_the_public_needs_from_what_staff_need(self, tmp_path):
        state = catalogues.state(languages.get("cy"), tmp_path)
        public = {message.id for message in state.missing_public}
        staff = {message.id for message in state.missing_staff}
        assert "Page not found" in public
        assert "Record of changes" in staff
        assert not public & staff
        assert len(public) + len(staff) == state.texts

    def test_the_command_fails_while_the_public_misses_words(self, app, monkeypatch, tmp_path):
        monkeypatch.setattr(catalogues.state, "__defaults__", (tmp_path,))
        result = app.test_cli_runner().invoke(args=["i18n", "missing", "--public"])
        assert result.exit_code == 1
        assert "public  'Page not found'" in result.output
        assert "Record of changes" not in result.output

    @pytest.mark.parametrize(
        ("path", "public"),
        [
            ("templates/errors/404.html", True),
            ("templates/components/fields.html", True),
            ("templates/layouts/staff.html", False),
            ("templates/audit/index.html", False),
            ("core/forms.py", True),
            ("core/audit_views.py", False),
            ("a/file/nobody/thought_of.py", True),
        ],
    )
    def test_goes_by_where_the_text_stands(self, path, public):
        assert audience.is_public(path) is public

    def test_every_pattern_for_staff_files_still_names_a_file(self):
        for pattern in audience.STAFF_FILES:
            assert any(audience.ROOT.glob(pattern)), pattern


class TestFaults:
    def test_a_lost_or_invented_placeholder_is_found(self):
        assert catalogues.faults(Message("Ring %(phone)s.", "Ffoniwch."))
        assert catalogues.faults(Message("Ring us.", "Ffoniwch %(phone)s."))
        assert not catalogues.faults(Message("Ring %(phone)s.", "%(phone)s: ffoniwch."))

    def test_a_broken_tag_is_found(self):
        assert catalogues.faults(Message("<b>Now</b>", "<b>Nawr"))

    def test_a_plural_form_may_say_its_number_in_words(self):
        message = Message(("%(num)s answer", "%(num)s answers"), ("", "ateb", "%(num)s ateb", "", "", "%(num)s ateb"))
        assert not catalogues.faults(message)
        message.string = ("%(count)s",) * 6
        assert catalogues.faults(message)


@OURS
class TestOurCatalogues:
    def test_placeholders_and_tags_are_those_of_the_text(self, language):
        assert [fault for message in catalogues.read(language) for fault in catalogues.faults(message)] == []

    def test_no_guess_passes_for_a_translation(self, language):
        assert [message.id for message in catalogues.read(language) if message.id and message.fuzzy] == []

    def test_is_up_to_date_with_the_texts(self, language):
        known = {message.id for message in catalogues.read(language)}
        assert [message.id for message in catalogues.extract() if message.id and message.id not in known] == []

    def test_everything_the_public_can_meet_is_translated(self, language):
        assert [message.id for message in catalogues.state(language).missing_public] == []
