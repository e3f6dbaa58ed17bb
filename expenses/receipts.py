"""A receipt from a stranger's file: cleaned in a program apart, or refused with a reason in plain words."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from core.errors import N_, DomainError

#: The largest file that is taken, in bytes.
LARGEST = 10 * 1024 * 1024
#: How many receipts one line can have.
MOST = 10
#: What a file chooser offers; the program decides by content.
ACCEPT = "image/jpeg,image/png,image/webp,image/heic,image/heif,application/pdf"

#: Why a file is not taken, and what to do instead.
REFUSALS: dict[str, str] = {
    "empty": N_("This file is empty. Choose another one."),
    "too_big": N_("This file is too big. It can be up to 10 MB. Take a photo of the receipt instead."),
    "wrong_type": N_("We cannot use this kind of file. Send a photo or a PDF."),
    "two_faced": N_("This file holds more than a picture. Take a new photo of the receipt."),
    "moving": N_("This picture moves. Send a photo that stands still."),
    "broken": N_("We could not open this file. It may be damaged. Take a new photo or choose another file."),
    "locked": N_("This PDF has a password. Send one without a password, or a photo."),
    "form": N_("This PDF is a form that changes. Print it as a new PDF, or send a photo."),
    "too_many_pages": N_("This PDF has too many pages. It can have up to 20."),
    "infected": N_("Our virus check stopped this file. Take a new photo of the receipt."),
    "not_scanned": N_("We cannot check files for viruses just now, so we did not take yours. Try again later."),
    "too_many": N_("You have added as many receipts as fit here."),
    "too_many_pixels": N_("This picture is too large for us to open. Take a new photo of the receipt."),
}


class FileRefusedError(DomainError):
    """A file that cannot be taken as a receipt; `reason` is a key of REFUSALS."""

    field = "file"

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason, self.words = reason, REFUSALS[reason]


@dataclass(frozen=True)
class Cleaned:
    """A receipt that can be kept; `sha256` is that of the file as it came, by which it is known again."""

    media_type: str
    content: bytes
    pages: int
    sha256: str


#: A little longer than the processor time the program allows itself: reading and starting take time too.
_PATIENCE = 45
_PROGRAM = str(Path(__file__).with_name("cleaning.py"))
# One at a time in each process: taking a photograph apart needs some hundred megabytes.
_turn = threading.Lock()


def check_size(data: bytes) -> None:
    """Refuse what is empty or too large. Raises FileRefusedError."""
    if not data:
        raise FileRefusedError("empty")
    if len(data) > LARGEST:
        raise FileRefusedError("too_big")


def clean(data: bytes) -> Cleaned:
    """Return the receipt in a file, cleaned. Raises FileRefusedError."""
    check_size(data)
    # -I and an empty environment: the program finds no module of ours, and no key or password of the service.
    try:
        with _turn:
            done = subprocess.run(  # noqa: S603  our own program
                [sys.executable, "-I", _PROGRAM],
                input=data,
                capture_output=True,
                timeout=_PATIENCE,
                env={"MALLOC_ARENA_MAX": "2"},
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise FileRefusedError("broken") from None
    line, _end, content = done.stdout.partition(b"\n")
    try:
        answer = json.loads(line)
    except ValueError:  # it was ended from outside: too much memory or time, or a decoder fell over
        raise FileRefusedError("broken") from None
    if reason := answer.get("refused"):
        raise FileRefusedError(reason)
    return Cleaned(answer["media_type"], content, int(answer["pages"]), hashlib.sha256(data).hexdigest())
