"""Errors a person can do something about: a code and parameters here, words in the reader's language at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "mark, translate later"
    """Mark `message` for extraction; it is translated where it is shown."""
    return message


class Worded(Protocol):
    """What can be said in any language: a whole sentence with named placeholders, marked with N_, and their values."""

    @property
    def words(self) -> str: ...

    @property
    def params(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Said:
    """A sentence that is no error, made where nobody's language is known; `str` gives the English one."""

    words: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.params


class DomainError(Exception):
    """A rule was broken by what somebody asked for.

    A subclass sets `words` with named placeholders, marked with N_, and is raised with those as keywords.
    `field` names the form field the error belongs to, if one does.
    """

    words: str = N_("This cannot be done.")
    field: str | None = None
    params: dict[str, Any]

    def __init__(self, *, field: str | None = None, **params: Any) -> None:
        super().__init__(self.code, sorted(params))  # names only: values may be personal
        self.params = params
        if field:
            self.field = field

    @property
    def code(self) -> str:
        return type(self).__name__


class NotFoundError(DomainError):
    """What was asked for does not exist, or this person may not know that it does."""

    words = N_("We could not find that.")


def frames(error: BaseException) -> str:
    """Return where `error` came from, for a log: files, lines and functions. Its words may be personal: left out."""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        lines.append(f"  {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    return "\n".join(lines)
