import io
import zipfile

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from core import clock
from core.database import db
from feedback import errors, jobs
from feedback.models import Letter, LetterBatch, Told
from feedback.presenters.letters import letter_pdf
from feedback.queries import tellings
from feedback.services import letters
from panel import details
from panel.contact import open_contact, seal_contact
from panel.services import membership
from tests.factories.members import make_member
from tests.factories.outcomes import make_answered, make_published
from tests.factories.staff import sign_in

ADDRESS = "1 High Street\nLeicester\nLE1 1AA"
WORDS = {
    "cy": {"heard": "Ni allwch fynd drwodd ar y ffôn.", "response": "Gallwch ofyn ar-lein nawr."},
    "ar": {"heard": "لا يمكنكم الوصول عبر الهاتف.", "response": "يمكنكم الآن الطلب عبر الإنترنت."},
}


def by_post(**values):
    return make_member(**({"route": "post", "address": ADDRESS} | values))


def large_print_reader(points):
    """Return somebody who asked for print of this size, as the pages of joining keep it."""
    member = by_post(formats=["large_print"])
    details.put_needs(member, {"language": "en", "formats": ["large_print"], "large_print_points": points})
    db.session.commit()
    return member


def published_for(*members):
    return make_published(make_answered(members, languages=("en", "cy", "ar")), words=WORDS)[1]


def pdf_of(member):
    published = published_for(member)
    return PdfReader(io.BytesIO(letter_pdf(published.id, member, open_contact(member), clock.today())))


def make_all():
    while jobs.make_some():
        pass


class TestLetterPdf:
    def test_can_be_read_by_a_screen_reader(self, app):
        root = pdf_of(by_post()).trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert b"pdfuaid:part" in root["/Metadata"].get_data() or b"pdfuaid" in root["/Metadata"].get_data()

    def test_says_its_language_and_has_a_title(self, app):
        reader = pdf_of(by_post(language="cy"))
        assert reader.trailer["/Root"]["/Lang"] == "cy"
        assert "Getting a GP appointment" in reader.metadata.title

    def test_is_for_one_person_in_their_language(self, app):
        text = pdf_of(by_post(language="cy", name="Gwen Jones")).pages[0].extract_text()
        assert "Gwen Jones" in text
        assert "Ni allwch fynd drwodd" in text
        assert "LE1 1AA" in text

    @pytest.mark.parametrize("address", ["1 High Street\nLeicester", ADDRESS, "1 High Street\nLeicester\nle11aa"])
    def test_bears_the_postcode_once_wherever_it_was_told(self, app, address):
        member = by_post(address=address)
        seal_contact(member, postcode="LE1 1AA")
        db.session.commit()
        words = pdf_of(member).pages[0].extract_text().lower().replace(" ", "")
        assert words.count("le11aa") == 1

    def test_says_what_it_is_not_where_somebody_asked_for_another_format(self, app):
        text = "".join(page.extract_text() for page in pdf_of(by_post(formats=["braille", "large_print"])).pages)
        assert "You asked us for: Braille." in " ".join(text.split())
        text = "".join(page.extract_text() for page in pdf_of(by_post(formats=["large_print"])).pages)
        assert "You asked us for" not in text

    def test_is_as_large_as_the_person_asked_for(self, app):
        def sizes(reader):
            found = set()
            for page in reader.pages:
                page.extract_text(
                    visitor_text=lambda t, cm, tm, font, size: found.add(round(size * abs(tm[3] * cm[3]), 1))
                )
            return found

        ordinary = pdf_of(by_post())
        large = pdf_of(large_print_reader(20))
        assert len(large.pages) >= len(ordinary.pages)
        assert max(sizes(large)) == pytest.approx(20 / 12 * max(sizes(ordinary)), abs=0.5)


class TestMakeLetters:
    def test_makes_one_letter_for_each_person_told_by_post(self, app, monkeypatch):
        monkeypatch.setattr(letters, "BATCH", 2)
        members = [by_post() for _ in range(3)]
        published = published_for(*members, make_member())
        batches = letters.make_letters(published, "staff:1")
        db.session.commit()
        assert [batch.total for batch in batches] == [2, 1]
        make_all()
        made = db.session.execute(sa.select(Letter.batch_id, Letter.member_id).where(Letter.made_at.is_not(None)))
        assert sorted(member for _batch, member in made) == [member.id for member in members]
        assert all(batch.ready_at for batch, _made in tellings.list_batches(published.id))

    def test_gives_nobody_a_second_letter(self, app):
        published = published_for(by_post())
        letters.make_letters(published, "staff:1")
        with pytest.raises(errors.NoLettersError):
            letters.make_letters(published, "staff:1")

    def test_lists_those_without_a_postal_address(self, app):
        member = by_post(address=None)
        published = published_for(member)
        (batch,) = letters.make_letters(published, "staff:1")
        db.session.commit()
        make_all()
        told = db.session.get(Told, (published.id, member.id))
        assert (told.state, told.reason) == ("failed", "no_post_address")
        assert db.session.get(LetterBatch, batch.id).total == 0

    def test_keeps_nothing_readable_in_the_database(self, app):
        published = published_for(by_post())
        letters.make_letters(published, "staff:1")
        db.session.commit()
        make_all()
        stored = db.session.scalar(sa.select(Letter.pdf))
        assert b"%PDF" not in stored
        assert b"JVBERi" not in stored  # the same in base64


class TestMarkPosted:
    def batch(self, *members):
        published = published_for(*members)
        (batch,) = letters.make_letters(published, "staff:1")
        db.session.commit()
        make_all()
        return published, db.session.get(LetterBatch, batch.id)

    def test_counts_the_people_as_told_and_deletes_the_letters(self, app):
        published, batch = self.batch(by_post(), by_post())
        assert letters.mark_posted(batch, "staff:1") == 2
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 0
        assert tellings.get_telling(published.id).completed_at is not None

    def test_refuses_letters_still_being_made(self, app):
        published = published_for(by_post())
        (batch,) = letters.make_letters(published, "staff:1")
        with pytest.raises(errors.LettersNotReadyError):
            letters.mark_posted(batch, "staff:1")

    def test_gives_people_back_to_the_list_when_nobody_says_it_was_posted(self, app):
        published, batch = self.batch(by_post())
        batch.ready_at -= letters.KEPT * 2
        db.session.flush()
        assert letters.expire_letters() == 1
        db.session.commit()
        assert tellings.waiting_for_letter(published.id) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 0


class TestLettersPages:
    def test_walks_from_making_to_posted(self, client):
        sign_in(client, "feedback_editor")
        published = published_for(
            by_post(name="Gwen Jones"), by_post(language="ar", formats=["large_print", "braille", "bsl"])
        )
        address = f"/staff/tellings/{published.id}/letters"
        db.session.rollback()
        assert "2 people wait for a letter." in client.get(address).page.text
        page = client.submit(address, "/letters").page
        assert "0 of 2 letters made" in page.text
        make_all()
        assert "Ready" in client.get(address).page.text
        batch = db.session.scalar(sa.select(LetterBatch.id))
        db.session.rollback()
        token = client.get(address).page.form("download")
        zipped = client.post(f"/staff/letters/{batch}/download", data=token)
        assert zipped.headers["Cache-Control"] == "no-store"
        names = zipfile.ZipFile(io.BytesIO(zipped.data)).namelist()
        assert names == ["letter-1-001.pdf", "letter-1-002-braille-bsl.pdf"]
        page = client.submit(address, "posted").page
        assert "2 people are marked as told." in page.text
        assert "Posted on" in page.text
        assert client.post(f"/staff/letters/{batch}/download", data=token).status_code == 303


class TestForgetting:
    def test_deletes_the_letter_of_somebody_who_leaves(self, app):
        member = by_post()
        published = published_for(member)
        letters.make_letters(published, "staff:1")
        db.session.commit()
        make_all()
        membership.leave(member, language="en")
        db.session.commit()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 0
        told = db.session.get(Told, (published.id, member.id))
        assert (told.state, told.reason) == ("unreachable", "left_panel")
        assert tellings.get_telling(published.id).completed_at is not None
