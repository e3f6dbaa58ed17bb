"""Rate limits, counted by address in memory or in Redis and never written to a log."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from core.config import Settings

#: Decorate a view with `@limiter.limit("5 per minute")`; by account with `key_func`.
limiter = Limiter(get_remote_address, default_limits=[], headers_enabled=False)


def init_app(app: Flask, settings: Settings) -> None:
    """Count where the settings say."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.rate_limit_url
    limiter.init_app(app)
