"""The registry of messages: a decorated function of a room's `emails.py` queues a message in the caller's transaction.

    @message("invitation", purpose="panel", sample=lambda: {"title": "Seeing a GP", "link": "https://…"})
    def invitation(member_id: int, fieldwork_id: int, title: str, link: str) -> Mail:
        return Mail(f"member:{member_id}", {"title": title, "link": link}, key=f"invitation:fieldwork:{fieldwork_id}")

    invitation(17, 12, …)                          # one, or None when it must not be sent
    invitation.queue_many(rows_of_arguments)       # any number, in chunks with a bounded number of queries

Words live in `templates/messages/<kind>/` (subject.txt, body.txt, body.html), rendered when the message is sent, in the
recipient's language.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec

from mail import outbox
from mail.models import OutboxMessage

P = ParamSpec("P")

#: How many messages are queued with one round of queries.
CHUNK = 500


@dataclass(frozen=True)
class Mail:
    """What a message function returns: to whom, what the templates need, and the key that makes it unique.

    `key` is the campaign's key (mail.services.ensure_campaign) or one of the caller's own, such as
    `signin:<random id>`. A second message of the same kind to the same recipient under the same key is not queued.
    """

    recipient: str
    context: dict[str, Any]
    key: str
    #: Not to be sent before this moment.
    not_before: dt.datetime | None = None


@dataclass(frozen=True)
class Rules:
    """What holds for every message of one kind."""

    kind: str
    #: What the person must have agreed to, and may refuse with the link in the message; None for messages that
    #: belong to something the person did, such as a sign-in link.
    purpose: str | None
    #: No second one of this kind to the same person within this time.
    repeat_window: dt.timedelta | None
    #: Not worth sending later than this after it was queued, such as a sign-in link that has expired.
    useful_for: dt.timedelta | None
    #: Given the keys of messages about to leave, return those that are of no use any more, in one query: a campaign may
    #: have been paused until what it invites to is over. None: they are always of use.
    over: Callable[[Collection[str]], Collection[str]] | None
    #: Whom e-mail does not reach is told by letter or on the phone: the message waits for staff (mail.by_hand).
    by_hand: bool
    #: Return a context to render in tests and on the page of samples.
    sample: Callable[[], dict[str, Any]]


_kinds: dict[str, Rules] = {}


def rules_of(kind: str) -> Rules | None:
    """Return the rules of `kind`, or None when no room registers it (any more)."""
    return _kinds.get(kind)


def kinds() -> list[Rules]:
    """Return the rules of every registered kind, by name."""
    return sorted(_kinds.values(), key=lambda rules: rules.kind)


class Message(Generic[P]):
    """A registered message: call it to queue one, `queue_many` to queue any number."""

    def __init__(self, rules: Rules, function: Callable[P, Mail | None]) -> None:
        self.rules = rules
        self._function = function
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> OutboxMessage | None:
        """Queue the message in the caller's transaction and return its outbox row.

        Return None when it must not be sent: the function returned None, nobody knows the recipient, their route is
        not e-mail, they have not agreed to its purpose, the address is suppressed, they had one of this kind within
        the repeat window, or this very message was queued before.
        """
        mail = self._function(*args, **kwargs)
        if mail is None or not outbox.queue(self.rules, [mail], priority=0):
            return None
        return outbox.find(mail, self.rules.kind)

    def queue_many(self, arguments: Iterable[tuple[Any, ...]], chunk: int = CHUNK) -> int:
        """Queue one message for each tuple of arguments and return how many were queued.

        The iterable is read as it goes: it may be a generator over 100,000 rows.
        """
        queued = 0
        for portion in _chunks(arguments, chunk):
            mails = [mail for args in portion if (mail := self._function(*args)) is not None]  # type: ignore[call-arg]  # the caller matches them
            queued += outbox.queue(self.rules, mails, priority=1)
        return queued


def message(
    kind: str,
    *,
    sample: Callable[[], dict[str, Any]],
    purpose: str | None = None,
    repeat_window: dt.timedelta | None = None,
    useful_for: dt.timedelta | None = None,
    over: Callable[[Collection[str]], Collection[str]] | None = None,
    by_hand: bool = False,
) -> Callable[[Callable[P, Mail | None]], Message[P]]:
    """Register the decorated function as the message `kind` (see Rules for what the options mean)."""
    rules = Rules(kind, purpose, repeat_window, useful_for, over, by_hand, sample)

    def register(function: Callable[P, Mail | None]) -> Message[P]:
        _kinds[kind] = rules
        return Message(rules, function)

    return register


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while portion := list(itertools.islice(iterator, size)):
        yield portion
