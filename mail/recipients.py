"""Who messages go to: each room above registers a source that answers for many of its people at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core import crypto


@dataclass(frozen=True)
class Facts:
    """What must be known of a person before a message is queued, and again before it is sent."""

    language: str
    #: `email`, `text`, `phone` or `post`: only people reached by e-mail get one.
    route: str = "email"
    #: Format keys such as `large_print`.
    formats: tuple[str, ...] = ()
    #: The purposes this person agreed to, such as `panel` and `newsletter`. A message without a purpose needs none.
    purposes: frozenset[str] = frozenset()


class Source(Protocol):
    """Answers about many people with a bounded number of queries. People it does not know are left out."""

    def facts(self, ids: Sequence[str]) -> Mapping[str, Facts]:
        """Return the facts by id (`17` for `member:17`)."""

    def addresses(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Return the e-mail addresses by id; called when messages are sent."""


_sources: dict[str, Source] = {}
_pages: dict[str, Callable[[str], str | None]] = {}
_watchers: list[Callable[[], Iterable[str]]] = []


def register(prefix: str, source: Source) -> None:
    """Let `source` answer for recipients called `prefix:<id>`."""
    _sources[prefix] = source


def add_page(prefix: str, address: Callable[[str], str | None]) -> None:
    """Lead staff from a recipient called `prefix:<id>` to the page `address(id)`; None for who may not open it."""
    _pages[prefix] = address


def page_of(recipient: str) -> str | None:
    """Return the address of the page of a recipient, None where there is none for who is signed in."""
    prefix, _, key = recipient.partition(":")
    return _pages[prefix](key) if prefix in _pages else None


def add_watchers(who: Callable[[], Iterable[str]]) -> None:
    """Tell the recipients `who()` returns (such as `staff:3`) when an address turns out not to work."""
    if who not in _watchers:
        _watchers.append(who)


def watchers() -> list[str]:
    """Return who is to hear of addresses that do not work."""
    return sorted({recipient for who in _watchers for recipient in who()})


def facts_of(recipients: Iterable[str]) -> dict[str, Facts]:
    """Return the facts of `recipients` (`member:17`), leaving out those nobody knows."""
    found: dict[str, Facts] = {}
    for prefix, ids in _by_prefix(recipients).items():
        found.update((f"{prefix}:{key}", facts) for key, facts in _sources[prefix].facts(ids).items())
    return found


def addresses_of(recipients: Iterable[str]) -> dict[str, str]:
    """Return the e-mail addresses of `recipients`, leaving out those who have none."""
    found: dict[str, str] = {}
    for prefix, ids in _by_prefix(recipients).items():
        found.update((f"{prefix}:{key}", address) for key, address in _sources[prefix].addresses(ids).items())
    return found


def _by_prefix(recipients: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for recipient in recipients:
        prefix, _, key = recipient.partition(":")
        if prefix in _sources:
            groups[prefix][key] = None
    return {prefix: list(ids) for prefix, ids in groups.items()}


def address_index(address: str) -> str:
    """Return the keyed index under which an address is remembered as one not to write to."""
    return crypto.keyring().index(_normal(address), "mail-address")


def address_indexes(address: str) -> list[str]:
    """Return the indexes `address` may be remembered under while keys are being rotated."""
    return crypto.keyring().indexes(_normal(address), "mail-address")


def _normal(address: str) -> str:
    return address.strip().casefold()
