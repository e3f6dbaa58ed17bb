"""Requests and responses as they pass through a server: Flask's own, without two detours on the way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.http import parse_cookie
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Request(flask.Request):
    """Takes the cookies from where the server has put them."""

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies of this request. The parent makes a header of every value of the environment to find them."""
        return parse_cookie(self.environ, cls=self.dict_storage_class)  # type: ignore[return-value]  # as the parent does


class Response(flask.Response):
    """Hands a page over in one piece."""

    def get_app_iter(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        """Return the body: a list where it is all there, which servers send with the headers."""
        if not self.is_sequence or self._on_close or environ["REQUEST_METHOD"] == "HEAD" or self.status_code in _EMPTY:
            return super().get_app_iter(environ)
        return list(self.iter_encoded())


_EMPTY = frozenset({*range(100, 200), 204, 304})
