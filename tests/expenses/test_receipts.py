"""Receipts: what is taken is clean, what is hostile is refused with a reason, and the claim stays as it was."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
import sqlalchemy as sa
from PIL import Image

from core import config, crypto
from core.database import db
from expenses import receipts
from expenses.models import Receipt
from expenses.queries import duplicates
from expenses.receipts import REFUSALS, FileRefusedError
from expenses.services import claims
from expenses.services import receipts as services
from tests.conftest import make_settings
from tests.expenses import files
from tests.factories.expenses import make_draft, make_payee

HOSTILE = files.hostile()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


class TestClean:
    @pytest.mark.parametrize(
        ("kind", "kept"),
        [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/jpeg"), ("HEIF", "image/jpeg")],
    )
    def test_pictures_of_every_kind_are_taken(self, kind, kept):
        cleaned = receipts.clean(files.picture(kind))
        assert cleaned.media_type == kept
        image = opened(cleaned.content)
        assert image.size == (240, 160)
        assert image.getpixel((10, 80))[0] > 240
        assert image.getpixel((230, 80))[0] < 15

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
    def test_place_and_camera_are_gone(self, kind):
        sent = files.picture(kind, exif=files.exif())
        assert files.gps_of(sent), "the photograph must carry a place for this to mean anything"
        kept = receipts.clean(sent).content
        assert not files.gps_of(kept)
        assert b"Snoopphone" not in kept
        assert b"Exif" not in kept

    def test_a_photograph_taken_sideways_is_turned_upright(self):
        kept = opened(receipts.clean(files.picture(exif=files.exif(orientation=6))).content)
        assert kept.size == (160, 240)
        assert kept.getpixel((80, 10))[0] > 240

    def test_a_large_photograph_is_made_smaller(self):
        kept = opened(receipts.clean(files.picture(size=(6000, 3000))).content)
        assert kept.size == (2000, 1000)

    def test_a_picture_that_can_be_seen_through_stands_on_white(self):
        file = io.BytesIO()
        Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(file, "PNG")
        assert opened(receipts.clean(file.getvalue()).content).getpixel((5, 5)) == (255, 255, 255)

    def test_a_pdf_keeps_its_pages_and_nothing_that_acts(self):
        sent = files.pdf(files.with_script, pages=2)
        cleaned = receipts.clean(sent)
        assert (cleaned.media_type, cleaned.pages) == ("application/pdf", 2)
        with pikepdf.open(io.BytesIO(cleaned.content)) as kept:
            assert b"(Bus 4.20)" in kept.pages[0].Contents.read_bytes()
            assert "/Photo" in kept.pages[1].Resources.XObject
            assert set(kept.Root.keys()) == {"/Type", "/Pages"}
            everything = b"".join(each.unparse(resolved=True) for each in kept.objects)
        for trace in (b"JavaScript", b"owned", b"Launch", b"cmd.exe", b"/AA", b"Annots", b"evil", b"Snoop"):
            assert trace not in everything, trace

    def test_photographs_inside_a_pdf_lose_their_place(self):
        sent = files.pdf()
        assert b"Snoopphone" in sent
        cleaned = receipts.clean(sent)
        assert b"Snoopphone" not in cleaned.content
        with pikepdf.open(io.BytesIO(cleaned.content)) as kept:
            photo = pikepdf.PdfImage(kept.pages[0].Resources.XObject.Photo)
            assert photo.as_pil_image().size == (240, 160)

    def test_what_was_filled_into_a_form_stays_readable(self):
        def fill_in(made: pikepdf.Pdf) -> None:
            look = made.make_stream(
                b"BT (Paid 12.50) Tj ET", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                BBox=pikepdf.Array([0, 0, 99, 20]),
            )  # fmt: skip
            field = made.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="amount", F=4,
                    Rect=pikepdf.Array([0, 0, 99, 20]), AP=pikepdf.Dictionary(N=look),
                )
            )  # fmt: skip
            made.pages[0].obj.Annots = pikepdf.Array([field])
            made.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))

        with pikepdf.open(io.BytesIO(receipts.clean(files.pdf(fill_in)).content)) as kept:
            streams = [each.read_bytes() for each in kept.objects if isinstance(each, pikepdf.Stream)
                       and each.get("/Filter") != "/DCTDecode"]  # fmt: skip
            assert any(b"Paid 12.50" in stream for stream in streams)
            assert "/AcroForm" not in kept.Root

    def test_a_pdf_that_opens_without_a_password_is_taken(self):
        sent = files.pdf(encryption=pikepdf.Encryption(user="", owner="bank"))
        with pikepdf.open(io.BytesIO(receipts.clean(sent).content)) as kept:
            assert not kept.is_encrypted
            assert b"(Bus 4.20)" in kept.pages[0].Contents.read_bytes()

    @pytest.mark.parametrize("name", sorted(HOSTILE))
    def test_refuses_with_the_reason(self, name):
        data, reason = HOSTILE[name]
        with pytest.raises(FileRefusedError) as refused:
            receipts.clean(data)
        assert refused.value.reason == reason
        assert refused.value.words == REFUSALS[reason]

    def test_the_program_that_opens_files_has_no_secrets(self, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "s" * 40)
        seen = {}

        def run(command, **options):
            seen.update(options["env"])
            return real(command, **options)

        real = receipts.subprocess.run
        monkeypatch.setattr(receipts.subprocess, "run", run)
        receipts.clean(files.picture())
        assert seen == {"MALLOC_ARENA_MAX": "2"}


@pytest.fixture
def draft(app):
    return make_draft(lines=[{"category": "taxi", "spent_pence": 900}])


class TestAdd:
    def test_is_kept_sealed_and_opens_again(self, draft):
        line = draft_line(draft)
        row = services.add(draft, line, files.picture(), actor="test")
        db.session.commit()
        stored = db.session.execute(sa.text("SELECT content, content_hash FROM claim_receipt")).one()
        assert b"\xff\xd8" not in bytes(stored.content)
        assert b"/9j/" not in bytes(stored.content), "base64 of a JPEG"
        assert opened(services.content(db.session.get_one(Receipt, row.id))).size == (240, 160)

    def test_takes_the_flag_for_a_missing_receipt_away(self, draft):
        line = draft_line(draft)
        assert "no_receipt" in line.flags
        services.add(draft, line, files.picture(), actor="test")
        assert "no_receipt" not in line.flags
        services.take_off(draft, line, db.session.scalars(sa.select(Receipt)).one())
        assert "no_receipt" in line.flags

    def test_can_come_after_sending_when_it_is_asked_for(self, draft):
        line = draft_line(draft)
        claims.send(draft, actor="test")
        services.add(draft, line, files.picture(), actor="test")
        assert "no_receipt" not in line.flags
        services.take_off(draft, line, db.session.scalars(sa.select(Receipt)).one())
        assert "no_receipt" in line.flags
        assert db.session.scalars(sa.select(Receipt)).one().withdrawn_at, "what was sent is kept"

    def test_the_same_file_in_another_claim_is_seen(self, draft):
        other = make_draft(make_payee(), lines=[{"category": "taxi", "spent_pence": 100}])
        for claim in (draft, other):
            services.add(claim, draft_line(claim), files.picture(), actor="test")
            claims.send(claim, actor="test")
        (like,) = duplicates.of_claims([draft.id])
        assert (like.kind, like.other_claim_id) == ("same_receipt", other.id)

    def test_no_more_than_ten_to_a_line(self, draft, monkeypatch):
        monkeypatch.setattr(receipts, "MOST", 1)
        services.add(draft, draft_line(draft), files.picture(), actor="test")
        with pytest.raises(FileRefusedError, match="FileRefusedError"):
            services.add(draft, draft_line(draft), files.picture(size=(9, 9)), actor="test")


def draft_line(claim):
    return claims.lines_of(claim)[0]


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(listener: socket.socket, said: list[bytes]) -> Iterator[None]:
    """Answer INSTREAM as clamd does, over a real socket: for each connection one file, found or not."""

    def read(connection: socket.socket, length: int) -> bytes:
        data = b""
        while len(data) < length and (more := connection.recv(length - len(data))):
            data += more
        return data

    def serve() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                assert read(connection, 10) == b"zINSTREAM\0"
                data = b""
                while length := struct.unpack("!I", read(connection, 4))[0]:
                    data += read(connection, length)
                said.append(data)
                connection.sendall(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in data else b"stream: OK\0")

    listener.listen()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


class TestScanning:
    @pytest.fixture
    def use_scanner(self, app, tmp_path):
        before = config.settings()

        def use(address: str) -> None:
            changed = make_settings(tmp_path, CLAMAV_SOCKET=address)
            config.use(config.Settings({**before.values, "CLAMAV_SOCKET": changed.clamav_socket}, before.instance_path))
            crypto.use_keys(config.settings().field_keys)

        yield use
        config.use(before)

    @pytest.mark.parametrize("family", ["unix", "tcp"])
    def test_the_whole_file_is_shown_and_a_find_is_refused(self, use_scanner, draft, tmp_path: Path, family):
        if family == "unix":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(str(tmp_path / "clamd.ctl"))
            use_scanner(str(tmp_path / "clamd.ctl"))
        else:
            listener = socket.create_server(("127.0.0.1", 0))
            use_scanner(f"tcp://127.0.0.1:{listener.getsockname()[1]}")
        said: list[bytes] = []
        large = files.picture("PNG", size=(900, 900), compress_level=0)
        with clamd(listener, said):
            services.add(draft, draft_line(draft), large, actor="test")
            assert said == [large]
            with pytest.raises(FileRefusedError) as refused:
                services.add(draft, draft_line(draft), files.picture(comment=EICAR), actor="test")
        assert refused.value.reason == "infected"
        assert services.count(draft_line(draft).id) == 1

    def test_nothing_is_taken_unseen_while_the_scanner_is_away(self, use_scanner, draft, tmp_path):
        use_scanner(str(tmp_path / "nobody.ctl"))
        with pytest.raises(FileRefusedError) as refused:
            services.add(draft, draft_line(draft), files.picture(), actor="test")
        assert refused.value.reason == "not_scanned"
        assert services.count(draft_line(draft).id) == 0

    def test_a_wrong_address_stops_the_start(self, tmp_path):
        with pytest.raises(config.ConfigError, match="CLAMAV_SOCKET"):
            make_settings(tmp_path, CLAMAV_SOCKET="clamd.example")
