"""Who may open which page: every route declares it with one of these decorators, or nobody gets in.

The rooms above say how a person is recognised: `accounts` sets the guard for staff, `panel` the one for members.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, request
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])
#: Given a permission, return None to let the request through, or the response that stops it.
Guard = Callable[[str], "Response | None"]


@dataclass(frozen=True)
class Access:
    """What a route declares: `kind` is public, staff or member; `permission` is what staff need."""

    kind: str
    permission: str = ""


_guards: dict[str, Guard] = {}


def _declare(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return decorate


#: Anybody may open it.
public = _declare(Access("public"))
#: A panel member who has signed in with a link from their mail.
member_only = _declare(Access("member"))
#: Any member of staff who has signed in, whatever their role.
signed_in_staff = _declare(Access("staff"))


def requires(permission: str) -> Callable[[View], View]:
    """Declare that staff need `permission`, a name in the table of accounts/roles.py."""
    return _declare(Access("staff", permission))


def set_guard(kind: str, guard: Guard) -> None:
    """Set how people of `kind` (staff or member) are let through."""
    _guards[kind] = guard


def declared(app: Flask, endpoint: str) -> Access | None:
    """Return what the route of `endpoint` declares, or None when it declares nothing."""
    return getattr(app.view_functions.get(endpoint), "access", None)


def init_app(app: Flask) -> None:
    """Ask before every request."""

    @app.before_request
    def check_access() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None  # not found, or a method not allowed: the error page is public
        access = declared(app, endpoint)
        if access is None:
            abort(403)
        return None if access.kind == "public" else _guards[access.kind](access.permission)
