"""Receipts for the demo: small pictures and an invoice, drawn by code, of firms that do not exist."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont


def receipt(firm: str, pence: int, day: str) -> bytes:
    """Return a photograph of a till receipt."""
    lines = [
        firm,
        "1 High Street, Oadby",
        "",
        day,
        "",
        f"TOTAL   GBP {pence / 100:.2f}",
        "CARD    PAID",
        "",
        "Thank you",
    ]
    return _drawn(lines, (420, 520), "JPEG")


def invoice(firm: str, pence: int, day: str) -> bytes:
    """Return an invoice as a PDF of one page."""
    lines = [firm, "INVOICE 0001", "", day, "", "Time of two people at a workshop,", "half a day each", ""]
    return _drawn([*lines, f"TOTAL   GBP {pence / 100:.2f}"], (900, 1270), "PDF")


def _drawn(lines: list[str], size: tuple[int, int], kind: str) -> bytes:
    image = Image.new("RGB", size, "#fdfcf7")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(26)
    for number, line in enumerate(lines):
        pen.text((40, 40 + number * 46), line, fill="#222222", font=font)
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()
