"""A page of translation: a box for each text, what its translator saw, and whether somebody else was faster."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from core.forms import Form, strip


@dataclass(frozen=True)
class Box:
    """One text to translate."""

    #: The name of its field, no other box's on the page.
    name: str
    label: Any
    #: What it was translated into so far, "" when it was not.
    present: str
    #: A fingerprint of the source that stands beside it.
    source: str
    #: The most characters a translation may have.
    limit: int
    long: bool = True


def fingerprint(text: str) -> str:
    """Return what stands for a text where only a change of it matters."""
    return hashlib.sha256(text.encode()).hexdigest()


def form_of(boxes: Iterable[Box]) -> Form:
    """Return the form of a page, filled from the request or, before it was sent, with what is there.

    For each box NAME it has, beside the translation: `still.NAME`, to say that a translation is right although its
    source has changed; `seen.NAME`, the source its reader saw; and `was.NAME`, the translation they began from.
    """
    fields: dict[str, Any] = {}
    data: dict[str, str] = {}
    for box in boxes:
        kind = TextAreaField if box.long else StringField
        too_long = _l("Write %(limit)s characters or fewer.", limit=box.limit)
        fields[box.name] = kind(box.label, [Length(max=box.limit, message=too_long)], filters=[strip])
        fields[f"still.{box.name}"] = BooleanField(_l("The translation is still right"))
        fields[f"seen.{box.name}"], fields[f"was.{box.name}"] = HiddenField(), HiddenField()
        data |= {box.name: box.present, f"seen.{box.name}": box.source, f"was.{box.name}": fingerprint(box.present)}
    return type("TranslationForm", (Form,), fields)(data=data)


def refuse_overwriting(form: Form, boxes: Iterable[Box]) -> list[dict[str, str]]:
    """Return what another translator wrote where this one began from something else and typed something else.

    Where there is any, the form says so, and takes what is there now for seen: its reader, who is shown it, may save
    once more. An emptied box overwrites nothing, and neither does the same form sent twice.
    """
    boxes = list(boxes)
    clashes = [
        {"key": str(box.label), "value": box.present}
        for box in boxes
        if form[box.name].data not in {"", None, box.present}
        and form[f"was.{box.name}"].data != fingerprint(box.present)
    ]
    if clashes:
        form.form_errors.append(_("Somebody else has translated some of this since you opened the page."))
        for box in boxes:
            form[f"was.{box.name}"].data = fingerprint(box.present)
    return clashes
