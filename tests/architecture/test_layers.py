"""What may know what: imports point downwards, rules know no web, and only the edges commit.

The check of commits reads the syntax tree. What it cannot see: a commit reached through getattr or a variable, one
inside SQL text, one that a library makes on its own, and whether an edge commits once or twice. The test client sees
some of that from the other side: it fails on a write that a request leaves uncommitted, and on any write of a GET.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.rooms import ROOT, modules, name_of, tree

#: Parts of a path that make a module an edge.
EDGES = {"views", "cli", "jobs"}
#: Edges by another name: the worker and what it runs on its own connection, the one function all others call, and
#: the shared lock of several machines.
OTHER_EDGES = {
    "core/database.py",
    "core/worker.py",
    "core/exclusive.py",
    "core/jobs.py",
    "core/task_runner.py",
    "mail/delivery.py",
}

WEB = {"flask", "flask_wtf", "flask_login", "flask_limiter", "werkzeug"}


def commits(code: ast.AST) -> list[int]:
    """Return the lines on which something is committed, or a transaction is opened that commits by itself."""
    lines = []
    for node in ast.walk(code):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if called == "commit" or (called == "begin" and ("session" in owner or "engine" in owner)):
            lines.append(node.lineno)
    return lines


def is_edge(path: Path) -> bool:
    """Return whether a module of the project may commit."""
    return name_of(path) in OTHER_EDGES or bool(EDGES & set(path.relative_to(ROOT).with_suffix("").parts))


def web_imports(code: ast.AST) -> list[str]:
    """Return what of the web a module imports, wherever in it."""
    found = []
    for node in ast.walk(code):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        found += [name for name in names if name.split(".")[0] in WEB]
    return found


class TestCommits:
    def test_are_made_only_at_the_edges(self):
        elsewhere = {name_of(p): lines for p in modules() if not is_edge(p) and (lines := commits(tree(p)))}
        assert elsewhere == {}

    @pytest.mark.parametrize(
        "code",
        [
            "commit()",
            "db.session.commit()",
            "database.commit()",
            "with db.engine.begin() as c:\n  pass",
            "def f():\n  if True:\n    session().commit()",
        ],
    )
    def test_are_seen(self, code):
        assert commits(ast.parse(code))

    def test_are_not_seen_where_there_are_none(self):
        assert commits(ast.parse("current.begin(token)\ndb.session.flush()\ncommitted = 1")) == []


class TestRules:
    def test_know_no_web(self):
        knowing = {name_of(p): found for p in modules("services", "models") if (found := web_imports(tree(p)))}
        assert knowing == {}

    @pytest.mark.parametrize(
        "code",
        [
            "import flask",
            "from flask import g",
            "def f():\n  from flask.globals import session",
            "import werkzeug.exceptions",
        ],
    )
    def test_that_know_the_web_are_found(self, code):
        assert web_imports(ast.parse(code))

    def test_may_use_the_database(self):
        assert web_imports(ast.parse("from flask_sqlalchemy import SQLAlchemy\nfrom . import flask")) == []


class TestModules:
    def test_begin_with_a_sentence_on_what_they_are_for(self):
        silent = [name_of(p) for p in modules() if p.stat().st_size and not ast.get_docstring(tree(p))]
        assert silent == []

    def test_stay_of_a_size_that_can_be_read(self):
        long = {name_of(p): n for p in modules() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500}
        assert long == {}
