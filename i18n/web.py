"""What templates get: the language of the page, the switcher's links, formats, and errors in words."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from babel.lists import format_list
from babel.numbers import format_currency
from flask import Flask, current_app, request, url_for
from flask_babel import format_date, format_datetime, format_decimal, format_percent, get_locale, gettext
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from core import clock, forgery
from core.errors import Worded
from i18n import languages, negotiation, pseudo

_CODE = re.compile(r"\b[0-9A-Z]{2,4}(?:-[0-9A-Z]{2,4}){2,}\b")


def words(said: Worded) -> str:
    """Return what an error or another sentence says, in the reader's language, with numbers and dates in its format."""
    return gettext(said.words, **{name: _shown(value) for name, value in said.params.items()})


def _shown(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return format_decimal(value)
    if isinstance(value, list | tuple):
        return listed(value)
    return value


def listed(items: Iterable[object], style: Literal["standard", "unit"] = "standard") -> str:
    """Return a list as the reader's language writes it: “a, b and c”; with `unit`, parts of one thing: “a, b”."""
    texts, locale = [str(item) for item in items], get_locale()
    # The pseudo-locale has no word for “and”: its list is one of parts.
    if style == "standard" and negotiation.current() is not pseudo.LANGUAGE:
        return format_list(texts, locale=locale)
    # CLDR's own pattern for parts is not whole in every language: what stands between the first of a longer list is.
    between = locale.list_patterns["standard"]["start"]
    return functools.reduce(between.format, texts) if texts else ""


def day(value: dt.date | dt.datetime | None) -> str:
    """Return a date in full: 3 March 2026."""
    if isinstance(value, dt.datetime):
        value = value.astimezone(clock.zone()).date()
    return format_date(value, "long") if value else ""


def moment(value: dt.datetime | None) -> str:
    """Return a date and time of day, where people here are."""
    return format_datetime(value.astimezone(clock.zone()), "d MMMM y, HH:mm", rebase=False) if value else ""


def number(value: float | None) -> str:
    """Return a number in the reader's format."""
    return "" if value is None else format_decimal(value)


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share from 0 to 1 as a percentage."""
    return "" if share is None else format_percent(share, "#,##0" + ("." + "0" * digits if digits else "") + "%")


def money(pence: int | None) -> str:
    """Return whole pence as an amount in the reader's format: £12.50."""
    return "" if pence is None else pounds(Decimal(pence) / 100)


def pounds(amount: Decimal) -> str:
    """Return an amount in the reader's format, with as many decimals as it has and two at least.

    Arabic tells pounds apart as UK£; everybody here is paid in one kind.
    """
    text = format_currency(amount, "GBP", locale=get_locale(), decimal_quantization=False)
    return text.replace("UK£", "£")


def switcher() -> list[dict[str, Any]]:
    """Return a link for each language that keeps the place: name, tag, dir, href, and whether it is the present one."""
    path, arguments = _place()
    others = [(key, value) for key, value in arguments if key != "lang"]
    return [
        {
            "name": language.name,
            "tag": language.tag,
            "dir": language.direction,
            "href": f"{path}?{urlencode([*others, ('lang', language.tag)])}",
            "current": language is negotiation.current(),
        }
        for language in languages.LANGUAGES
    ]


def _place() -> tuple[str, list[tuple[str, str]]]:
    """Return the path and the arguments by which this page can be asked for again in another language.

    The path of the page itself is empty: a link that is only a query keeps it, whatever is in it. A form that was
    refused may stand at an address that takes no GET; then it is the page it was sent from.
    """
    if request.method in {"GET", "HEAD"} or _answers_get(request.path):
        return "", list(request.args.items(multi=True))
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc == request.host and _answers_get(unquote(sent_from.path)):
        return sent_from.path, parse_qsl(sent_from.query)
    return url_for("home"), []


def _answers_get(path: str) -> bool:
    try:
        # For mypy: there is a request.
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return False
    return True


@pass_context  # or Jinja would work out the filter of a constant once, in the language of whoever came first
def apart(_context: Context, text: str) -> str:
    """Return a number such as 0116 496 0000 so that its parts keep their order among words read from right to left."""
    # LEFT-TO-RIGHT ISOLATE and POP DIRECTIONAL ISOLATE, which work in plain text and in HTML.
    return f"\u2066{text}\u2069" if text and negotiation.current().direction == "rtl" else text


def typed(text: str) -> str:
    """Return what somebody typed so that it keeps its own direction, with its full stop where it belongs."""
    # FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE.
    return f"\u2068{text}\u2069" if text else ""


def phone(number: str) -> Markup:
    """Return a phone number as a link that rings it, in one piece and in its own order in every language."""
    if not number:
        return Markup("")
    address = "".join(sign for sign in number if sign in "+0123456789")
    return Markup('<a class="app-whole" href="tel:{}"><bdi dir="ltr">{}</bdi></a>').format(address, number)


def codes(text: str) -> Markup:
    """Return `text` with what looks like 7K3M-Q2XV-09BT or 30-94-30 in one piece, and in its own order."""
    return Markup(_CODE.sub(r'<bdi class="app-whole" dir="ltr">\g<0></bdi>', str(escape(text))))  # noqa: S704  escaped


def init_app(app: Flask) -> None:
    """Add filters and globals."""
    app.jinja_env.filters.update(
        day=day, moment=moment, number=number, percent=percent, words=words, money=money, listed=listed
    )
    app.jinja_env.filters.update(apart=apart, phone=phone, codes=codes)
    app.jinja_env.globals.update(
        current_language=negotiation.current,
        language_switcher=switcher,
        csrf_token=forgery.token,
        ALL_LANGUAGES=languages.LANGUAGES,
    )
