"""Walks every page in the made-up language and fails on words that nobody has translated."""

import pytest

import app as application
from core import config
from core.database import db
from tests.conftest import make_settings
from tests.support import walk
from tests.support.everything import fill
from tests.support.pages import PageClient
from tests.support.untranslated import Data, found_on

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def disguised(tmp_path_factory):
    """An application that offers the made-up language, with something on every page."""
    folder = tmp_path_factory.mktemp("instance")
    settings = make_settings(folder, PSEUDO_LOCALE="yes")
    disguised_app = application.create_app(settings)
    disguised_app.config.update(TESTING=True)
    disguised_app.extensions["settings"] = settings
    disguised_app.test_client_class = PageClient
    with disguised_app.app_context():
        db.create_all()
        everything = fill(disguised_app)
        yield disguised_app, everything
        db.session.remove()
        db.engine.dispose()


def test_every_page_is_translated(disguised):
    disguised_app, everything = disguised
    config.use(disguised_app.extensions["settings"])
    data = Data(*everything.names)
    found, shown = [], set()
    every = walk.addresses(disguised_app, everything.values)
    for address in every:
        response = everything.clients[address.kind].get(address.path, query_string={"lang": "en-XA"})
        assert response.status_code in {200, 303}, f"{address}: {response.status_code}"
        if response.status_code == 200 and response.mimetype == "text/html":
            found += [f"{address.endpoint} {address.path}: {text}" for text in found_on(response.page.root, data)]
        shown |= {address.endpoint} if response.status_code == 200 else set()
    assert {address.endpoint for address in every} - shown == set(), "only ever sends elsewhere"
    assert not found, "\n".join(found)


def test_every_page_of_the_public_can_be_read_from_right_to_left(disguised):
    """The client looks at each page: its direction, and numbers that the words around them would turn round."""
    disguised_app, everything = disguised
    config.use(disguised_app.extensions["settings"])
    seen = 0
    for address in walk.addresses(disguised_app, everything.values):
        if address.kind != "staff":
            response = everything.clients[address.kind].get(address.path, query_string={"lang": "ar"})
            if response.status_code == 200 and response.mimetype == "text/html":
                seen += response.page.root.get("dir") == "rtl"
    assert seen > 50


def test_every_error_is_translated(disguised):
    """Each form sent empty says what is missing, in the reader's language."""
    disguised_app, everything = disguised
    config.use(disguised_app.extensions["settings"])
    data = Data(*everything.names)
    found, refused = [], 0
    for address in walk.addresses(disguised_app, everything.values):
        client = everything.clients[address.kind]
        for form in walk.forms(client.get(address.path, query_string={"lang": "en-XA"})):
            response = client.post(form.action or address.path, data=form.emptied)
            if response.status_code == 422 and response.mimetype == "text/html":
                refused += 1
                found += [f"{address.endpoint} {address.path}: {text}" for text in found_on(response.page.root, data)]
    assert refused
    assert not found, "\n".join(found)
