"""Rate limits, counted by address in memory or in Redis and never written to a log."""

from __future__ import annotations

import ipaddress

from flask import Flask, request
from flask_limiter import Limiter

from core.config import Settings


def address() -> str:
    """Return what counts as one visitor: an IPv4 address, or the /64 of an IPv6 one, which is one household's."""
    given = request.remote_addr or ""
    try:
        parsed = ipaddress.ip_address(given)
    except ValueError:
        return given
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return given


#: Decorate a view with `@limiter.limit("5 per minute")`; by account with `key_func`.
limiter = Limiter(address, default_limits=[], headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Count where the settings say; when that server is away, count in this process rather than turn people away."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.rate_limit_url
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    if limiter in app.extensions.get("limiter", ()):
        limiter.init_app(app)
        return
    hooks = (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs)
    before = [list(functions.get(None, ())) for functions in hooks]
    limiter.init_app(app)
    # A decorated view counts by itself. What the limiter would do besides, at every request of any page, is to look for
    # limits that hold for all pages and to write headers about them: there are neither.
    for functions, ours in zip(hooks, before, strict=True):
        functions[None] = ours  # type: ignore[index]  # None stands for the whole application
