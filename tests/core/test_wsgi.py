"""Requests and responses as a server sees them."""

from __future__ import annotations

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from core.wsgi import Request, Response


def body_of(response, method="GET"):
    return run_wsgi_app(response, EnvironBuilder(method=method).get_environ())[0]


class TestResponse:
    def test_hands_a_page_over_in_one_piece(self):
        assert list(body_of(Response("a page"))) == [b"a page"]

    @pytest.mark.parametrize(("status", "method"), [(200, "HEAD"), (204, "GET"), (304, "GET")])
    def test_sends_no_body_where_none_belongs(self, status, method):
        assert b"".join(body_of(Response("a page", status=status), method)) == b""

    def test_says_that_it_is_done_to_whoever_asked(self):
        told = []
        response = Response("a page")
        response.call_on_close(lambda: told.append("closed"))
        pieces = body_of(response)
        assert b"".join(pieces) == b"a page"
        pieces.close()
        assert told == ["closed"]


class TestRequest:
    @pytest.mark.parametrize(
        ("header", "cookies"),
        [("a=1; b=x%20y", {"a": "1", "b": "x%20y"}), (None, {}), ('a="quoted; text"', {"a": "quoted; text"})],
    )
    def test_reads_the_cookies(self, header, cookies):
        environ = EnvironBuilder(headers=[("Cookie", header)] if header else []).get_environ()
        assert Request(environ).cookies.to_dict() == cookies
