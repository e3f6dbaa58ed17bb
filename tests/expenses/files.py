"""Files that people and attackers send, made by code."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

#: Where somebody lives, as a camera writes it, and what it says of itself.
_MAKER, _GPS = 0x010F, 0x8825


def picture(kind: str = "JPEG", size: tuple[int, int] = (240, 160), **options: Any) -> bytes:
    """Return a photograph: left half white, right half black."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (size[0] // 2, 0, size[0], size[1]))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Return what a phone writes into a photograph."""
    data = Image.Exif()
    data[_MAKER] = "Snoopphone"
    data[0x0112] = orientation
    data.get_ifd(_GPS)[2] = (52.0, 38.0, 12.0)
    return data.tobytes()


def gps_of(content: bytes) -> dict[int, Any]:
    with Image.open(io.BytesIO(content)) as image:
        return dict(image.getexif().get_ifd(_GPS))


def pdf(change: Any = None, pages: int = 1, **options: Any) -> bytes:
    """Return a PDF with words and a photograph on each page; `change(pdf)` adds what should not be there."""
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(300, 400))
            photo = made.make_stream(
                picture(exif=exif()), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                Filter=pikepdf.Name.DCTDecode, Width=240, Height=160, ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
            )  # fmt: skip
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page = made.pages[-1].obj
            page.Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(Photo=photo), Font=pikepdf.Dictionary(F1=font)
            )
            words = b"BT /F1 18 Tf 20 350 Td (Bus 4.20) Tj ET q 240 0 0 160 20 20 cm /Photo Do Q"
            page.Contents = made.make_stream(words)
        if change:
            change(made)
        file = io.BytesIO()
        made.save(file, **options)
        return file.getvalue()


def with_script(made: pikepdf.Pdf) -> None:
    """Run scripts when it opens, when a page shows, by name and from a link; start a program; carry a file."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('owned')")
    made.Root.OpenAction = made.make_indirect(script)
    made.Root.AA = pikepdf.Dictionary(WC=script)
    made.pages[0].obj.AA = pikepdf.Dictionary(O=script)
    names = pikepdf.Array([pikepdf.String("x"), made.make_indirect(script)])
    made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=names))
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 99, 99]), A=launch
    )
    made.pages[0].obj.Annots = made.make_indirect(pikepdf.Array([made.make_indirect(link)]))
    made.attachments["evil.exe"] = b"MZ evil program"
    with made.open_metadata() as metadata:
        metadata["dc:creator"] = ["Snoop Scanner"]


def with_xfa(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"), Fields=pikepdf.Array([]))


def bomb() -> bytes:
    """Return a picture of a few kilobytes with 400 million pixels."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("receipt.jpg", picture())
    return file.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def hostile() -> dict[str, tuple[bytes, str]]:
    """Return name -> (file, the key of the reason for which it is refused)."""
    jpeg, png, paper = picture(), picture("PNG", size=(900, 900)), pdf()
    noise = io.BytesIO()
    Image.effect_noise((600, 600), 90).convert("RGB").save(noise, "JPEG")
    return {
        "nothing": (b"", "empty"),
        "eleven megabytes": (jpeg + b"\0" * (11 * 1024 * 1024), "too_big"),
        "a page called .jpg": (HTML, "wrong_type"),
        "a drawing with a script": (SVG, "wrong_type"),
        "an archive": (archive(), "wrong_type"),
        "a moving GIF": (moving("GIF"), "wrong_type"),
        "words": (b"Bus, four pounds twenty", "wrong_type"),
        "a program": (b"MZ\x90\x00" + b"\0" * 100, "wrong_type"),
        "a moving WebP": (moving("WEBP"), "moving"),
        "a moving PNG": (moving("PNG"), "moving"),
        "a picture with an archive behind it": (jpeg + archive(), "two_faced"),
        "a PDF with an archive behind it": (paper + archive(), "two_faced"),
        "a picture with a PDF behind it": (jpeg + paper, "two_faced"),
        "a picture with a page in its comment": (picture(comment=HTML), "two_faced"),
        "a picture with a drawing behind it": (png + SVG, "two_faced"),
        "a bomb": (bomb(), "too_many_pixels"),
        "half a photograph": (noise.getvalue()[: len(noise.getvalue()) // 2], "broken"),
        "half a PNG": (png[: len(png) // 2], "broken"),
        "half a HEIC": (picture("HEIF")[:300], "broken"),
        "half a PDF": (paper[: len(paper) // 2], "broken"),
        "only the beginning of a JPEG": (b"\xff\xd8\xff\xe0" + b"A" * 500, "broken"),
        "only the beginning of a PDF": (b"%PDF-1.7\n" + b"A" * 500, "broken"),
        "a PDF with a password": (
            pdf(encryption=pikepdf.Encryption(user="secret", owner="secret")), "locked",
        ),
        "a PDF that is a form of scripts": (pdf(with_xfa), "form"),
        "a book": (pdf(pages=21), "too_many_pages"),
    }  # fmt: skip
