"""What one page of questions about a person is: its form, what it keeps, and how it is shown in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.forms import Form
from panel.details import Details


@dataclass(frozen=True)
class Row:
    """A line of a list of answers, in the reader's language."""

    key: str
    value: str
    #: Addresses, numbers and codes run from left to right on every page.
    left_to_right: bool = False


class Step:
    """One page. A subclass or instance sets what differs; the defaults say what most pages need."""

    #: The last part of the address, in joining and on the member's own page.
    slug: str
    #: The key of the details it fills; several are for the subclass to handle.
    key: str = ""
    template = "panel/steps/one.html"

    def applies(self, details: Mapping[str, Any]) -> bool:
        """Return whether the page is shown to somebody who told us `details`."""
        return True

    def answered(self, details: Mapping[str, Any]) -> bool:
        """Return whether the page has been gone through, be it with an empty answer."""
        return self.key in details

    def form(self, details: Mapping[str, Any]) -> Form:
        """Return the form, filled in with `details` and with what was sent."""
        raise NotImplementedError

    def save(self, form: Any, details: Details) -> None:
        """Put the answer of a valid form into `details`. May raise a DomainError."""
        details[self.key] = getattr(form, self.key).data or ""

    def rows(self, details: Mapping[str, Any]) -> list[Row]:
        """Return what was said, for a list of answers."""
        raise NotImplementedError

    def context(self, details: Mapping[str, Any]) -> dict[str, Any]:
        """Return what else the template needs."""
        return {}
