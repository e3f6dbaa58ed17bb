"""Every route says who may open it, no GET writes, and no address crashes."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from accounts.roles import PERMISSIONS, ROLES
from core import access, audit
from core.database import commit
from tests.conftest import make_settings
from tests.factories.staff import sign_in
from tests.support.pages import PageClient


def undeclared(app: Flask) -> list[str]:
    """Return the endpoints that declare nothing."""
    return sorted({r.endpoint for r in app.url_map.iter_rules() if access.declared(app, r.endpoint) is None})


def unknown_permissions(app: Flask) -> dict[str, str]:
    """Return the permissions that routes ask for and the table of roles does not know."""
    asked = {r.endpoint: access.declared(app, r.endpoint) for r in app.url_map.iter_rules()}
    return {
        endpoint: found.permission
        for endpoint, found in asked.items()
        if found and found.permission and found.permission not in PERMISSIONS
    }


def committing_reads(app: Flask) -> list[str]:
    """Return the endpoints whose view answers GET alone and yet calls commit() in its own body."""
    methods: dict[Any, set[str]] = {}
    for rule in app.url_map.iter_rules():
        methods.setdefault(app.view_functions[rule.endpoint], set()).update(rule.methods or ())
    reading = [view for view, allowed in methods.items() if allowed <= {"GET", "HEAD", "OPTIONS"}]
    return sorted(view.__name__ for view in reading if _commits(view))


def _commits(view: Any) -> bool:
    source = textwrap.dedent(inspect.getsource(inspect.unwrap(view)))
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return any("commit" in {getattr(call, "id", ""), getattr(call, "attr", "")} for call in calls)


@pytest.fixture
def made_up() -> Flask:
    """An application with one route of each kind of mistake."""
    app = Flask("made_up")
    app.add_url_rule("/open", "open", lambda: "")
    app.add_url_rule("/misspelt", "misspelt", access.requires("staff.mange")(lambda: ""))

    @access.public
    def writes() -> str:
        commit()
        return ""

    app.add_url_rule("/writes", "writes", writes)
    return app


class TestDeclarations:
    def test_stand_on_every_route(self, app):
        assert undeclared(app) == []

    def test_are_missed_where_they_are_missing(self, made_up):
        assert undeclared(made_up) == ["open", "static"]

    def test_name_permissions_that_exist(self, app):
        assert unknown_permissions(app) == {}

    def test_of_a_misspelt_permission_are_found(self, made_up):
        assert unknown_permissions(made_up) == {"misspelt": "staff.mange"}

    def test_keep_out_whoever_they_do_not_let_in(self, client, app):
        """A route that declares nothing opens for nobody, so forgetting one is found before it does harm."""
        app.view_functions["forgotten"] = lambda: "open"
        rule = app.url_map._rules_by_endpoint  # the map is closed after the first request: swap a view instead
        assert "forgotten" not in rule
        shown = app.view_functions["audit_log"]
        try:
            app.view_functions["audit_log"] = app.view_functions.pop("forgotten")
            sign_in(client, "administrator")
            assert client.get("/staff/audit").status_code == 403
        finally:
            app.view_functions["audit_log"] = shown

    @pytest.mark.parametrize("role", ROLES)
    def test_hold_for_every_role_and_every_page(self, client, app, role):
        """Each page opens for exactly the roles whose permissions it asks for."""
        sign_in(client, f"{role}:cy" if role == "translator" else role)
        granted = set(ROLES[role][1])
        for rule, url in _plain_pages(app):
            declared = access.declared(app, rule.endpoint)
            if declared and declared.kind == "staff" and declared.permission and declared.permission not in granted:
                assert client.get(url).status_code == 403, f"{role} opened {url}"


class TestTable:
    def test_gives_only_permissions_that_exist(self):
        assert {p for _, granted in ROLES.values() for p in granted} <= set(PERMISSIONS)

    def test_gives_every_permission_to_somebody(self):
        given = {p for _, granted in ROLES.values() for p in granted}
        # Named answers are opened by adding the permission to a role, which is a decision of its own.
        assert set(PERMISSIONS) - given <= {"answers.named"}

    def test_keeps_translators_from_answers_and_people(self):
        assert set(ROLES["translator"][1]) == {"surveys.translate", "outcomes.translate"}

    def test_keeps_money_and_named_answers_from_administrators(self):
        assert not {"answers.named", "claims.approve", "payments.pay"} & set(ROLES["administrator"][1])


def _plain_pages(app: Flask) -> list[tuple[Rule, str]]:
    """Return every GET route with an address to open: numbers and words that nothing has."""
    pages = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                given = {name: _nothing(rule, name) for name in rule._converters}
                pages.append((rule, app.url_for(rule.endpoint, **given)))
    return pages


def _nothing(rule: Rule, name: str) -> object:
    converter = rule._converters[name]
    if items := getattr(converter, "items", None):
        return sorted(items)[0]
    return 987654 if type(converter).__name__ == "IntegerConverter" else "nothing"


class TestReading:
    @pytest.mark.parametrize("who", ["visitor", "staff"])
    def test_never_writes_and_never_crashes_whatever_the_address(self, client, app, who):
        """The client itself fails on a GET that writes, and a crash raises."""
        if who == "staff":
            sign_in(client, *[f"{role}:cy" if role == "translator" else role for role in ROLES])
        for rule, url in _plain_pages(app):
            for query in ("", "?page=-1&before=x&after=%00&id=99999999999999999999&q=%F0%9F%98%80"):
                response = client.get(url + query)
                allowed = {200, 302, 303, 308, 400, 403, 404, 410} | ({503} if rule.endpoint == "health" else set())
                assert response.status_code in allowed, f"{url}{query}: {response.status_code}"

    def test_commits_in_no_view(self, app):
        assert committing_reads(app) == []

    def test_that_commits_is_found(self, made_up):
        assert committing_reads(made_up) == ["writes"]

    def test_that_writes_fails_a_test(self, tmp_path):
        """The proof that the client can fail: a made-up page writes on GET."""
        import app as application
        from core.database import db

        app = application.create_app(make_settings(tmp_path))
        app.test_client_class = PageClient

        @app.get("/made-up")
        @access.public
        def made_up() -> str:
            audit.record("test.made", "test:1")
            return "<!DOCTYPE html><html lang=en dir=ltr><title>t</title><h1>t</h1></html>"

        @app.post("/forgets")
        @access.public
        def forgets() -> str:
            audit.record("test.made", "test:1")
            return ""

        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            db.create_all()
        with pytest.raises(AssertionError, match="GET /made-up wrote"):
            app.test_client().get("/made-up")
        with pytest.raises(AssertionError, match="POST /forgets did not commit"):
            app.test_client().post("/forgets")
        with app.app_context():
            db.engine.dispose()
