"""The settings of one installation, read once from the environment and checked before anything starts.

Only the standard library is imported here: `./run --help` lists the settings before anything is installed.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ConfigError(Exception):
    """A setting has a value that cannot be used; the message is one plain sentence for an operator."""


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, what is used when it is not set, and what it is for."""

    name: str
    default: str
    help: str
    read: Callable[[str, str], Any]
    #: What to print as the default when the real one is made at the first start.
    shown_default: str = ""


def _text(name: str, value: str) -> str:
    return value


def _email(name: str, value: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", value):
        raise ConfigError(f"{name} must be an e-mail address such as panel@example.org, not “{value}”.")
    return value


def _worker_name(name: str, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,60}", value):
        raise ConfigError(f"{name} must be 1 to 60 letters, digits, dots, dashes or underscores.")
    return value


def _has_host(value: str) -> bool:
    """Return whether `value` is an address with a host and, if it has one, a real port."""
    try:
        parts = urlsplit(value)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, value: str) -> int:
        if not value.isdigit() or not low <= int(value) <= high:
            raise ConfigError(f"{name} must be a whole number from {low} to {high}, not “{value}”.")
        return int(value)

    return read


def _yes_no(name: str, value: str) -> bool:
    words = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False, "": False}
    try:
        return words[value.lower()]
    except KeyError:
        raise ConfigError(f"{name} must be yes or no, not “{value}”.") from None


def _web_address(name: str, value: str) -> str:
    if value and (not value.startswith(("http://", "https://")) or not _has_host(value)):
        raise ConfigError(f"{name} must be a web address such as https://panel.example.org, not “{value}”.")
    return value.rstrip("/")


def _database_url(name: str, value: str) -> str:
    if not value:
        return value
    if value.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        return "postgresql+psycopg://" + value.split("://", 1)[1]
    if value.startswith("sqlite:///"):
        if value == "sqlite:///":
            raise ConfigError(
                f"{name} must name a file after sqlite:///, such as sqlite:////var/lib/panel/panel.sqlite3."
            )
        return value
    raise ConfigError(f"{name} must begin with postgresql:// or sqlite:///.")


def _mail_url(name: str, value: str) -> str:
    scheme, _, rest = value.partition(":")
    if scheme not in {"smtp", "smtps", "folder"}:
        raise ConfigError(f"{name} must begin with smtp://, smtps:// or folder:.")
    if not rest or (scheme != "folder" and not _has_host(value)):
        raise ConfigError(f"{name} must name a host, such as smtp://mail.example.org:587, or a folder, as folder:mail.")
    return value


def _scanner(name: str, value: str) -> str:
    if value and not value.startswith("/") and not re.fullmatch(r"tcp://[^/:\s]+:\d{1,5}", value):
        raise ConfigError(f"{name} must be a path such as /run/clamav/clamd.ctl, or tcp://HOST:PORT.")
    return value


def _rate_limit_url(name: str, value: str) -> str:
    if value.partition(":")[0] not in {"memory", "redis", "rediss"}:
        raise ConfigError(f"{name} must be memory:// or begin with redis:// or rediss://.")
    if not value.startswith("memory:") and not _has_host(value):
        raise ConfigError(f"{name} must name a host, such as redis://localhost:6379.")
    return value


def _secret(name: str, value: str) -> str:
    if value and len(value) < 32:
        raise ConfigError(f"{name} must be at least 32 characters long.")
    return value


def _field_keys(name: str, value: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for part in filter(None, value.replace(" ", "").split(",")):
        key_id, _, encoded = part.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id.isalnum() or len(key) != 32 or key_id in keys:
            raise ConfigError(f"{name} must be a list such as a1:KEY,b2:KEY, each KEY being 32 random bytes in base64.")
        keys[key_id] = key
    return keys


SETTINGS: tuple[Setting, ...] = (
    Setting("PORT", "8000", "The port the web server listens on.", _whole(1, 65535)),
    Setting("HOST", "127.0.0.1", "The address the web server listens on; 0.0.0.0 for all.", _text),
    Setting(
        "BASE_URL",
        "",
        "The address people use, for links in messages.",
        _web_address,
        "http://localhost:PORT",
    ),
    Setting(
        "DATABASE_URL",
        "",
        "Where data is kept: postgresql://… or sqlite:///….",
        _database_url,
        "an SQLite file in instance/",
    ),
    Setting(
        "MAIL_URL",
        "folder:mail",
        "How messages leave: smtp://user:password@host:587 (STARTTLS), smtps://host:465, "
        "or folder:PATH for .eml files under instance/.",
        _mail_url,
    ),
    Setting("MAIL_FROM", "panel@example.org", "The address messages come from.", _email),
    Setting("MAIL_RATE", "30000", "The most messages a minute, over all workers.", _whole(1, 1_000_000)),
    Setting("MAIL_CONNECTIONS", "4", "How many connections to the mail server one worker uses.", _whole(1, 32)),
    Setting(
        "BOUNCE_SECRET",
        "",
        "Lets a mail server post bounces to /mail/bounces; at least 32 characters.",
        _secret,
        "none: nobody can post them",
    ),
    Setting(
        "SECRET_KEY",
        "",
        "Signs sessions and links; at least 32 characters.",
        _secret,
        "made at the first start, kept in instance/secret_key",
    ),
    Setting(
        "FIELD_KEYS",
        "",
        "Encrypts contact details, as ID:BASE64,…; the first encrypts, all decrypt.",
        _field_keys,
        "made at the first start, kept in instance/field_keys",
    ),
    Setting("ORGANISATION", "Leicester, Leicestershire and Rutland Panel", "Shown in the header and mails.", _text),
    Setting("CONTACT_EMAIL", "panel@example.org", "Where the public can write for help.", _email),
    Setting("CONTACT_PHONE", "0116 000 0000", "Where the public can ring for help.", _text),
    Setting(
        "CONTACT_ADDRESS",
        "Freepost CITIZENS PANEL",
        "Where the public can write by post.",
        _text,
    ),
    Setting("MINIMUM_AGE", "16", "The youngest age at which a person may join.", _whole(0, 120)),
    Setting(
        "REVIEW_AFTER_MONTHS",
        "24",
        "After how many months without answering or signing in a member is asked whether they want to stay.",
        _whole(3, 240),
    ),
    Setting("TIME_ZONE", "Europe/London", "The time zone of opening times and dates.", _text),
    Setting("WEB_WORKERS", "1", "How many web processes serve.", _whole(1, 64)),
    Setting("WEB_THREADS", "4", "How many requests one web process works on at once.", _whole(1, 64)),
    Setting("TRUSTED_PROXIES", "0", "How many reverse proxies stand in front.", _whole(0, 9)),
    Setting("RATE_LIMIT_URL", "memory://", "Where rate limits are counted: memory:// or redis://….", _rate_limit_url),
    Setting(
        "CLAMAV_SOCKET",
        "",
        "Where ClamAV looks for viruses in receipts: the path of clamd's socket, or tcp://HOST:PORT.",
        _scanner,
        "none: files are not scanned",
    ),
    Setting("WORKER_NAME", "worker-1", "A stable name for this worker, different for each one.", _worker_name),
    Setting("PSEUDO_LOCALE", "no", "Offers ?lang=en-XA, which shows what is not translated; for testing.", _yes_no),
    Setting("DEMO", "no", "Shows the demo sign-ins and the demo's mail; never on a real service.", _yes_no),
)


@dataclass(frozen=True)
class Settings:
    """The checked values, by attribute in lower case: `settings.mail_rate`."""

    values: Mapping[str, Any] = field(repr=False)
    instance_path: Path

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name.upper()]
        except KeyError:
            raise AttributeError(name) from None


def load(environ: Mapping[str, str], instance_path: Path) -> Settings:
    """Return the settings of this environment, making and keeping secrets in `instance_path` when none are given.

    Raises ConfigError with one plain sentence when a value cannot be used.
    """
    # Letters, mails and the database lie here: nobody else on the machine may look in.
    instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    values = {s.name: s.read(s.name, environ.get(s.name, s.default).strip()) for s in SETTINGS}
    values["BASE_URL"] = values["BASE_URL"] or f"http://localhost:{values['PORT']}"
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{instance_path / 'panel.sqlite3'}"
    values["SECRET_KEY"] = values["SECRET_KEY"] or _kept(instance_path / "secret_key", secrets.token_urlsafe)
    values["FIELD_KEYS"] = values["FIELD_KEYS"] or _field_keys(
        "instance/field_keys", _kept(instance_path / "field_keys", new_field_key)
    )
    return Settings(values, instance_path)


def new_field_key(_size: int = 32) -> str:
    """Return a fresh `ID:BASE64` entry for FIELD_KEYS."""
    return f"k{secrets.token_hex(2)}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


def _kept(path: Path, make: Callable[[int], str]) -> str:
    """Return the secret kept at `path`, writing a new one readable by its owner alone when there is none."""
    if not path.exists():
        partial = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make(48))
        # Web and worker may start at the same moment, and must end up with the same secret: it is there whole or not
        # at all, and the first one stays.
        with suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    return path.read_text(encoding="ascii").strip()


_settings: Settings | None = None


def use(settings: Settings) -> None:
    """Make `settings` those of this process."""
    global _settings
    _settings = settings


def settings() -> Settings:
    """Return the settings of this process."""
    if _settings is None:
        raise RuntimeError("create_app() loads the settings")
    return _settings
