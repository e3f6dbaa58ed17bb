"""From channels, partners and campaigns to what their pages need: words, and figures that may be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import format_currency, format_decimal
from flask_babel import gettext as _

from core import clock
from i18n.web import day, listed
from panel import bands
from panel.figures import Shown, parts, shown
from panel.models import Area, Channel, Partner
from panel.recruiting.kinds import CHANNELS, PARTNERS, groups, split
from panel.recruiting.progress import AimProgress
from panel.recruits import Brought


def figure(count: Shown) -> str:
    """Return a count as it is shown."""
    return _("fewer than 8") if count is None else format_decimal(count)


def brought(counts: Brought) -> list[str]:
    """Return what a source brought: asked to join, confirmed, still members."""
    return [figure(shown(count)) for count in (counts.applied, counts.confirmed, counts.still)]


def band_tables(counted: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Return a table for each feature: its name, and a row for each category."""
    tables = []
    for feature, counts in counted.items():
        named = bands.FEATURES[feature]
        rows = [[_(named.categories[c]), figure(count)] for c, count in parts(counts).items()]
        tables.append({"caption": _(named.label), "rows": rows})
    return tables


def group_words(keys: Iterable[str]) -> list[str]:
    """Return groups in words: “Age: 16 to 19”."""
    wanted = set(keys)
    return [
        _("%(feature)s: %(category)s", feature=_(feature), category=_(category))
        for key, feature, category in groups()
        if key in wanted
    ]


def aim_words(group: str, area: Area) -> str:
    """Return whom an aim is about."""
    feature, category = split(group)
    if not feature:
        return _("Anybody in %(area)s", area=area.name)
    named = bands.FEATURES[feature]
    return _(
        "%(feature)s: %(category)s, in %(area)s",
        feature=_(named.label),
        category=_(named.categories[category]),
        area=area.name,
    )


_STATES = {
    "done": lambda: (_("Reached"), "green"),
    "on_course": lambda: (_("On course"), "blue"),
    "behind": lambda: (_("Behind"), "red"),
    "unknown": lambda: (_("Too early to say"), "grey"),
}


def aim_line(progress: AimProgress) -> dict[str, Any]:
    """Return what the page says of one aim."""
    aim = progress.aim
    text, kind = _STATES[progress.state]()
    share = None if progress.reached is None else min(1.0, progress.reached / aim.wanted)
    return {
        "words": aim_words(f"{aim.feature}:{aim.category}" if aim.feature else "", aim.area),
        "wanted": aim.wanted,
        "reached": figure(progress.reached),
        "share": share,
        "on_panel": figure(progress.on_panel),
        "expected": _("not known") if progress.expected is None else format_decimal(progress.expected),
        "gap": _("not known") if progress.gap is None else format_decimal(progress.gap),
        "pace": _("not known") if progress.per_week is None else format_decimal(progress.per_week),
        "forecast": _("not known") if progress.forecast is None else format_decimal(progress.forecast),
        "state": {"text": text, "kind": kind},
    }


def channel_state(channel: Channel) -> dict[str, str]:
    """Return the tag of a channel."""
    if channel.starts_on > clock.today():
        return {"text": _("Not yet begun"), "kind": "grey"}
    if channel.ends_on is not None and channel.ends_on < clock.today():
        return {"text": _("Ended"), "kind": "grey"}
    return {"text": _("In use"), "kind": "green"}


def channel_lines(channel: Channel) -> list[dict[str, Any]]:
    """Return what is known of a channel as a summary list."""
    until = day(channel.ends_on) if channel.ends_on else _("no end set")
    cost = "" if channel.cost_pence is None else format_currency(channel.cost_pence / 100, "GBP")
    return [
        {"key": _("Kind"), "value": _(CHANNELS[channel.kind])},
        {"key": _("In use"), "value": _("%(first)s to %(last)s", first=day(channel.starts_on), last=until)},
        {"key": _("Partner"), "value": channel.partner.name if channel.partner else ""},
        {"key": _("Cost"), "value": cost},
        {"key": _("Areas"), "value": listed(area.name for area in channel.areas)},
        {"key": _("Groups"), "value": "; ".join(group_words(channel.groups))},
    ]


def partner_lines(partner: Partner) -> list[dict[str, Any]]:
    """Return what is known of a partner as a summary list, without whom we know there."""
    return [
        {"key": _("Kind"), "value": _(PARTNERS[partner.kind])},
        {"key": _("Areas"), "value": listed(area.name for area in partner.areas)},
        {"key": _("Groups"), "value": "; ".join(group_words(partner.groups))},
        {"key": _("Whom it reaches"), "value": partner.reaches},
        {"key": _("Agreement signed"), "value": day(partner.agreement_on)},
        {"key": _("Agreement to be looked at again"), "value": day(partner.agreement_review_on)},
        {"key": _("Sharing data"), "value": partner.data_sharing},
    ]


def review_is_due(partner: Partner) -> bool:
    """Return whether a running partner's agreement should have been looked at by now."""
    review = partner.agreement_review_on
    return partner.ended_on is None and review is not None and review <= clock.today()
