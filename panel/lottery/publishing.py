"""The audit sheet in the form that everybody may read: no group of people smaller than a few stands in it.

The whole sheet lists types, and a type of one person is that person. The public sheet has in its place the people by
their chances, pooled until each row stands for enough of them, and each draw's make-up with small numbers left out. The
whole sheet travels along, sealed with a key that is made from the pool itself: who may see the pool, an auditor say,
opens it and repeats the draw bit for bit; to all others it tells nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from panel.lottery.errors import WrongPoolError
from panel.lottery.pool import Pool, pool_digest
from panel.lottery.quotas import Quota

FORMAT = "citizens-panel lottery, public"
VERSION = 2
#: Fewer people than these are never a row of their own.
LEAST = 8
_KEPT = ("algorithm", "size", "quotas", "pool", "terms_sha256", "made_with", "seed", "method", "upper_bound")


def public_sheet(sheet: dict[str, Any], pool: Pool, least: int = LEAST) -> dict[str, Any]:
    """Return what everybody may read of the whole `sheet`, with the whole sealed for those who have `pool`."""
    nonce = secrets.token_bytes(12)
    text = zlib.compress(json.dumps(sheet).encode(), 9)
    sealed = AESGCM(_key(pool, sheet)).encrypt(nonce, text, None)
    return shown(sheet, least) | {
        "sealed": {"nonce": base64.b64encode(nonce).decode(), "sheet": base64.b64encode(sealed).decode()}
    }


def opened(public: dict[str, Any], pool: Pool) -> dict[str, Any]:
    """Return the whole sheet; raise WrongPoolError when `pool` is not the one of the draw."""
    nonce, sealed = (base64.b64decode(public["sealed"][part]) for part in ("nonce", "sheet"))
    try:
        text = AESGCM(_key(pool, public)).decrypt(nonce, sealed, None)
    except InvalidTag:
        raise WrongPoolError from None
    whole = json.loads(zlib.decompress(text))
    if not isinstance(whole, dict):
        raise TypeError("the sealed sheet is no object")
    return whole


def is_public(sheet: Any) -> bool:
    """Return whether `sheet` is one of these."""
    return isinstance(sheet, dict) and sheet.get("format") == FORMAT


def shown(sheet: dict[str, Any], least: int = LEAST) -> dict[str, Any]:
    """Return all that the public sheet says in the open; it follows from the whole sheet alone."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "least_group": least,
        **{name: sheet[name] for name in _KEPT},
        "min_probability": min(sheet["types"]["probability"]),
        "chances": chances(sheet, least),
        "draws": [
            {"makeup": makeup(sheet, one, least), "selected_sha256": one["selected_sha256"]} for one in sheet["draws"]
        ],
    }


def chances(sheet: dict[str, Any], least: int = LEAST) -> list[dict[str, Any]]:
    """Return the people by their chances, lowest first: rows of people, from, to, each of `least` people or more.

    Equal chances stay together. What is left at the top joins the row below.
    """
    types = sheet["types"]
    by_chance = sorted(zip(types["probability"], types["people"], strict=True))
    rows: list[dict[str, Any]] = []
    for chance, alike in groupby(by_chance, key=lambda pair: pair[0]):
        people = sum(count for _, count in alike)
        if rows and rows[-1]["people"] < least:
            rows[-1] |= {"people": rows[-1]["people"] + people, "to": chance}
        else:
            rows.append({"people": people, "from": chance, "to": chance})
    if len(rows) > 1 and rows[-1]["people"] < least:
        last = rows.pop()
        rows[-1] |= {"people": rows[-1]["people"] + last["people"], "to": last["to"]}
    return rows


def makeup(sheet: dict[str, Any], held: dict[str, Any], least: int = LEAST) -> list[dict[str, Any]]:
    """Return for each quota how many of a draw have the feature, None where fewer than `least` do (0 is told).

    Where numbers of a category are left out, others are, too, until there are two that stand for `least` together: what
    they add up to can be had by taking the rest from the size.
    `kept` says whether the quota is met; that is always told.
    """
    counts = dict(map(tuple, held["counts"]))
    rows = [
        {"category": c, "feature": f, "min": low, "max": high, "count": count, "kept": low <= count <= high}
        for (c, f, low, high), count in zip(sheet["quotas"], _holding(sheet, counts), strict=True)
    ]
    for _, same in groupby(sorted(rows, key=lambda row: row["category"]), key=lambda row: row["category"]):
        _hide(list(same), least)
    return rows


def _hide(rows: list[dict[str, Any]], least: int) -> None:
    small = [row for row in rows if 0 < row["count"] < least]
    others = sorted((row for row in rows if row["count"] >= least), key=lambda row: row["count"])
    while small and others and (len(small) == 1 or sum(row["count"] for row in small) < least):
        small.append(others.pop(0))
    for row in small:
        row["count"] = None


def _holding(sheet: dict[str, Any], counts: dict[int, int]) -> Iterator[int]:
    columns = sheet["pool"]["columns"]
    place = {column: i for i, column in enumerate(columns)}
    taken = [(sheet["types"]["features"][t], count) for t, count in counts.items()]
    for category, feature, low, high in sheet["quotas"]:
        quota = Quota(category, feature, low, high)
        pairs = list(zip((place[c] for c in quota.columns(columns)), quota.values(columns), strict=True))
        yield sum(count for features, count in taken if all(features[i] == value for i, value in pairs))


def _key(pool: Pool, sheet: dict[str, Any]) -> bytes:
    """Return a key that everybody who has the pool can make, and nobody from the hash that is published."""
    said = sheet["pool"]
    columns = [*said["columns"], *([said["household"]] if said["household"] else [])]
    return pool_digest(pool, columns, b"key of the audit sheet\n").digest()
