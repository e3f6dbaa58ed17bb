"""An outcome as somebody reads it in one language: on a page, in a message, in a letter, over the phone."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import engagements.queries
from core import clock, config
from engagements.wording import words_in
from feedback import figures, wording
from feedback.models import Answer, Outcome
from feedback.queries import directory, tellings
from i18n import languages

#: The colour of each answer's tag; the words carry the meaning.
TAG_KINDS = {Answer.DID: "green", Answer.WILL_DO: "blue", Answer.WILL_NOT_DO: "grey"}


@dataclass(frozen=True)
class Item:
    """One outcome in one language. `answer` is still to be translated by the template."""

    id: int
    heard: str
    share: float | None
    answer: str
    kind: str
    response: str
    why: str
    do_by: dt.date | None
    #: The language the texts are in: another than asked for when they are not yet translated.
    language: str
    #: Why it is not translated, as the editors explained it to the public.
    reason: str
    published_at: dt.datetime | None

    @property
    def is_late(self) -> bool:
        """Return whether the day of a promise has passed and nothing published since says what became of it."""
        return self.do_by is not None and self.do_by < clock.today()

    @property
    def direction(self) -> str:
        return languages.get(self.language).direction


def item(outcome: Outcome, tag: str) -> Item:
    """Return an outcome as somebody reading `tag` gets it."""
    texts = wording.shown(outcome, tag)
    language = texts["heard"].language if "heard" in texts else languages.SOURCE.tag
    return Item(
        id=outcome.id,
        heard=texts["heard"].text if "heard" in texts else "",
        share=figures.public_share(outcome.said_by, outcome.out_of),
        answer=wording.ANSWERS[outcome.answer],
        kind=TAG_KINDS[Answer(outcome.answer)],
        response=texts["response"].text if "response" in texts else "",
        why=texts["why"].text if "why" in texts else "",
        do_by=outcome.do_by,
        language=language,
        reason=outcome.incomplete.get(tag, ""),
        published_at=outcome.published_at,
    )


def items(outcomes: Iterable[Outcome], tag: str) -> list[Item]:
    """Return many outcomes as somebody reading `tag` gets them."""
    return [item(outcome, tag) for outcome in outcomes]


def telling_content(telling_id: int, tag: str) -> dict[str, Any]:
    """Return what a message or a letter about a telling says in the language `tag`.

    A hundred thousand people read the same few texts: they are put together once a minute and language.
    """
    telling = tellings.get_telling(telling_id)
    return _content(telling_id, telling.engagement_id, telling.created_at, tag, int(time.monotonic() // 60))


@lru_cache(maxsize=32)
def _content(telling_id: int, engagement_id: int, made: dt.datetime, tag: str, minute: int) -> dict[str, Any]:
    engagement = engagements.queries.get_engagement(engagement_id)
    base = config.settings().base_url
    return {
        "title": words_in(engagement, tag)["title"],
        "title_language": words_in(engagement, tag).language_of("title").tag,
        "link": f"{base}/you-said-we-did/{engagement.slug}?lang={tag}",
        "short_link": f"{base}/you-said-we-did/{engagement.slug}".removeprefix("https://").removeprefix("http://"),
        "contact_name": engagement.contact_name,
        "contact_email": engagement.contact_email,
        "contact_phone": engagement.contact_phone,
        "language": tag,
        "items": items(directory.list_of_telling(telling_id), tag),
    }
