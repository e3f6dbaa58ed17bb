"""Figures on people that may be shown: small ones hidden, the rest rounded.

The rule of NHS publications for breakdowns: 0 is shown, 1 to 7 are not, all else is rounded to the nearest 5. Where one
part alone would be hidden it could be worked out from the others, so the smallest other part is hidden with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from panel.representation.disclosure import rounded, small

Key = TypeVar("Key")
#: A count as it is shown, None where it is hidden.
Shown = int | None


def shown(count: int) -> Shown:
    """Return a count as it may be shown."""
    return None if small(count) else rounded(count)


def parts(counts: Mapping[Key, int]) -> dict[Key, Shown]:
    """Return the parts of one whole as they may be shown beside each other and beside their sum."""
    result = {key: shown(count) for key, count in counts.items()}
    hidden = [key for key, count in result.items() if count is None]
    if len(hidden) == 1:
        others = [key for key, count in result.items() if count]
        # Where all others are 0 there is nothing else to hide it behind: the whole is as small as the part.
        if others:
            result[min(others, key=lambda key: (counts[key], str(key)))] = None
    return result
