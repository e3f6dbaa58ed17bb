"""Ways for messages to leave: an SMTP server, or a folder of .eml files."""

from __future__ import annotations

from urllib.parse import urlsplit

from core.config import Settings
from mail.transports.base import Connection, Outgoing, Transport
from mail.transports.folder import FolderTransport
from mail.transports.smtp import SmtpTransport

__all__ = ["Connection", "FolderTransport", "Outgoing", "SmtpTransport", "Transport", "of"]


def of(settings: Settings) -> Transport:
    """Return the transport MAIL_URL names."""
    parts = urlsplit(settings.mail_url)
    if parts.scheme == "folder":
        return FolderTransport(settings.instance_path / settings.mail_url.removeprefix("folder:"))
    return SmtpTransport.from_url(settings.mail_url, settings.mail_connections)
