"""What is kept of somebody who leaves, told before they do: rooms that keep something register a function here."""

from __future__ import annotations

from collections.abc import Callable

Source = Callable[[int], str | None]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Ask `source(member_id)` what its room keeps and why, in the reader's language; None for nothing."""
    if source not in _sources:
        _sources.append(source)


def kept_of(member_id: int) -> list[str]:
    """Return what rooms keep of this member after they leave, a sentence or two each."""
    return [words for source in _sources if (words := source(member_id)) is not None]
