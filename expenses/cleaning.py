"""Make a receipt safe to keep and to show: judged by its content, decoded, and written anew without what it hid.

This file is run as a program of its own by expenses.receipts, with limits on memory and time and without the service's
secrets: what takes a picture apart is what a hostile picture aims at. So it imports nothing of the project. It reads
the file on standard input and writes one line of JSON, `{"media_type", "pages"}` or `{"refused"}`, and the clean bytes.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

#: Longest side of a picture that is kept, in pixels: a till receipt stays readable.
LONGEST_SIDE = 2000
#: Pictures with more pixels are refused before they are decoded; phones make up to 50 million.
MOST_PIXELS = 64_000_000
MOST_PAGES = 20
#: Memory this program may take, in bytes, and seconds of processor time.
MEMORY, SECONDS = 1_500_000_000, 20
_JPEG_QUALITY = 85


class Refused(Exception):  # noqa: N818  it is an answer more than an error
    """The file cannot be taken; the argument is a key of expenses.receipts.REFUSALS."""


def clean(data: bytes) -> tuple[str, int, bytes]:
    """Return media type, number of pages and the clean bytes of a file. Raises Refused."""
    kind = kind_of(data)
    if kind == "PDF":
        return "application/pdf", *_clean_pdf(data)
    media_type, content = _clean_picture(data, kind)
    return media_type, 1, content


_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
#: What has no place in a picture and makes another program take it for something else.
_TWO_FACED = (b"%pdf-", b"<script", b"<html", b"<!doctype", b"<svg", b"<?php")


def kind_of(data: bytes) -> str:
    """Return JPEG, PNG, WEBP, HEIF or PDF by how the file begins, whatever it is called. Raises Refused."""
    kind = _signature(data)
    lower = data.lower() if kind != "PDF" else b""
    if any(mark in lower for mark in _TWO_FACED) or zipfile.is_zipfile(io.BytesIO(data)):
        raise Refused("two_faced")
    return kind


def _signature(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return "HEIF"
    if data.startswith(b"%PDF-"):
        return "PDF"
    raise Refused("wrong_type")


def _clean_picture(data: bytes, kind: str) -> tuple[str, bytes]:
    """Return the picture drawn anew: upright, not larger than is needed to read it, and nothing but its pixels."""
    from PIL import Image, ImageOps

    if kind == "HEIF":
        import pillow_heif

        # One thread: each has memory of its own, and there is a limit on it.
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(data), formats=[kind, "MPO"] if kind == "JPEG" else [kind]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        if kind in {"PNG", "WEBP"} and getattr(picture, "n_frames", 1) > 1:
            raise Refused("moving")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded smaller at once
        picture.load()
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
        upright = ImageOps.exif_transpose(picture)
        return _drawn(_flat(upright), "PNG" if kind == "PNG" else "JPEG")


def _flat(picture: Image.Image) -> Image.Image:
    """Return only the pixels, on white where one could see through: no profile, no comment, no position."""
    from PIL import Image

    seen = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    flat = Image.new("RGB", seen.size, "white")
    flat.paste(seen, mask=seen if seen.mode == "RGBA" else None)
    return flat


def _drawn(picture: Image.Image, kind: str) -> tuple[str, bytes]:
    file = io.BytesIO()
    if kind == "PNG":
        picture.save(file, "PNG", optimize=False)
        if file.tell() < 2_000_000:
            return "image/png", file.getvalue()
        file = io.BytesIO()  # a photograph saved as PNG: as JPEG it is a tenth
    picture.save(file, "JPEG", quality=_JPEG_QUALITY)
    return "image/jpeg", file.getvalue()


#: All that is taken over of a page: nothing in it acts, refers to elsewhere or belongs to a form.
_PAGE = ("/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Resources", "/UserUnit")
_RESOURCES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties")
#: What hangs on pictures and drawings inside a page and is not seen: descriptions, files, references to other files.
_HIDDEN = ("/Metadata", "/PieceInfo", "/AF", "/Ref", "/OPI", "/LastModified", "/StructParent", "/StructParents")


def _clean_pdf(data: bytes) -> tuple[int, bytes]:
    """Return the number of pages and a new PDF with what is printed on them.

    Scripts, actions, attached files, forms, links, notes and descriptions are not removed one by one: they are never
    taken over. What was filled into a form is made part of the page first.
    """
    import pikepdf

    try:
        source = pikepdf.open(io.BytesIO(data), suppress_warnings=True, attempt_recovery=False)
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    with source, pikepdf.new() as clean_one:
        pages = len(source.pages)
        if not 0 < pages <= MOST_PAGES:
            raise Refused("too_many_pages" if pages else "broken")
        if "/XFA" in source.Root.get("/AcroForm", {}):
            raise Refused("form")
        source.flatten_annotations("print")
        for page in source.pages:
            clean_one.add_blank_page()
            _take_over(page, source, clean_one)
        for each in clean_one.objects:
            if isinstance(each, pikepdf.Stream):
                _bare(each)
        file = io.BytesIO()
        # Streams are kept as they are: nothing is inflated here.
        clean_one.save(file, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=True)
        return pages, file.getvalue()


def _take_over(page: pikepdf.Page, source: pikepdf.Pdf, into: pikepdf.Pdf) -> None:
    import pikepdf

    new = into.pages[-1].obj
    for key in _PAGE:
        value: Any = _inherited(page.obj, key)
        if key == "/Resources" and isinstance(value, pikepdf.Dictionary):
            value = pikepdf.Dictionary({name: value[name] for name in _RESOURCES if name in value})
        if isinstance(value, pikepdf.Object):  # a whole object, which can go from one file into another
            new[key] = into.copy_foreign(value if value.is_indirect else source.make_indirect(value))
        elif value is not None:
            new[key] = value


def _inherited(node: Any, key: str) -> Any:
    """Return what a page says, or one of the nodes above it in the tree."""
    for _step in range(50):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _bare(stream: pikepdf.Stream) -> None:
    for key in _HIDDEN:
        if key in stream:
            del stream[key]
    if stream.get("/Filter") == "/DCTDecode":
        import pikepdf

        stream.write(bare_jpeg(stream.read_raw_bytes()), filter=pikepdf.Name.DCTDecode)


def bare_jpeg(data: bytes) -> bytes:
    """Return a JPEG without its comments and application segments, where cameras write place and maker.

    The first (size of a pixel) and the one by Adobe (colours) stay. What cannot be read is returned as it is.
    """
    if not data.startswith(b"\xff\xd8"):
        return data
    kept = [b"\xff\xd8"]
    for marker, start, end in _segments(data):
        if not (0xE1 <= marker <= 0xED or marker in {0xEF, 0xFE}):
            kept.append(data[start:end])
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of the segments of a JPEG; the last one is all from the first scan on."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], at, end
        at = end
    yield 0xDA, at, len(data)


def _limit() -> None:
    """Take no more memory and time than a receipt needs: a bomb ends this program and nothing else."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Clean standard input to standard output."""
    _limit()
    data = sys.stdin.buffer.read()
    content = b""
    try:
        media_type, pages, content = clean(data)
        answer: dict[str, object] = {"media_type": media_type, "pages": pages}
    except Refused as refusal:
        answer = {"refused": refusal.args[0]}
    except MemoryError:
        answer = {"refused": "too_many_pixels"}
    except Exception as error:  # a hostile file makes decoders fail in every way there is
        bomb = type(error).__name__.startswith("DecompressionBomb")
        answer = {"refused": "too_many_pixels" if bomb else "broken"}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
