"""Reads Bacs Standard 18 by the positions of its description, knowing nothing of what writes it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

#: Name -> (first character, last character), counted from 1 as the descriptions do.
_VOL1 = {"label": (1, 4), "serial": (5, 10), "owner": (42, 47), "standard": (80, 80)}
_HDR1 = {
    "label": (1, 4),
    "file": (5, 21),
    "set": (22, 27),
    "section": (28, 31),
    "sequence": (32, 35),
    "created": (42, 47),
    "expires": (48, 53),
    "blocks": (55, 60),
}
_HDR2 = {"label": (1, 4), "format": (5, 5), "block": (6, 10), "record": (11, 15), "offset": (51, 52)}
_UHL1 = {
    "label": (1, 4),
    "processing": (5, 10),
    "receiver": (11, 20),
    "currency": (21, 22),
    "country": (23, 28),
    "work": (29, 37),
    "file": (38, 40),
}
_UTL1 = {
    "label": (1, 4),
    "debit_pence": (5, 17),
    "credit_pence": (18, 30),
    "debits": (31, 37),
    "credits": (38, 44),
}
_DATA = {
    "sort_code": (1, 6),
    "account": (7, 14),
    "type": (15, 15),
    "code": (16, 17),
    "own_sort_code": (18, 23),
    "own_account": (24, 31),
    "free": (32, 35),
    "pence": (36, 46),
    "own_name": (47, 64),
    "reference": (65, 82),
    "name": (83, 100),
}
_ALLOWED = re.compile(r"[A-Z0-9.&/ -]*")


@dataclass
class BacsFile:
    """A file taken apart."""

    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    records: list[dict[str, str]] = field(default_factory=list)

    @property
    def credits(self) -> list[dict[str, str]]:
        return [record for record in self.records if record["code"] == "99"]

    @property
    def contras(self) -> list[dict[str, str]]:
        return [record for record in self.records if record["code"] == "17"]


def read(content: bytes) -> BacsFile:
    """Return the file taken apart, after checking order, lengths and characters."""
    text = content.decode("ascii")
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert all(_ALLOWED.fullmatch(line) for line in lines)
    names = [line[:4] for line in lines]
    assert names[:4] == ["VOL1", "HDR1", "HDR2", "UHL1"]
    assert names[-3:] == ["EOF1", "EOF2", "UTL1"]
    layouts = [_VOL1, _HDR1, _HDR2, _UHL1, _HDR1, _HDR2, _UTL1]
    found = BacsFile()
    for line, layout in zip([*lines[:4], *lines[-3:]], layouts, strict=True):
        assert len(line) == 80
        found.labels[line[:4]] = _cut(line, layout)
    for line in lines[4:-3]:
        assert len(line) == 100
        found.records.append(_cut(line, _DATA))
    return found


def _cut(line: str, layout: dict[str, tuple[int, int]]) -> dict[str, str]:
    return {name: line[first - 1 : last] for name, (first, last) in layout.items()}


def day(text: str) -> dt.date:
    """Return the day of ` YYDDD`."""
    assert re.fullmatch(r" \d{5}", text)
    return dt.date(2000 + int(text[1:3]), 1, 1) + dt.timedelta(days=int(text[3:]) - 1)
