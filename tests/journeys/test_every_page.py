"""Every page there is, with something on it, in a real browser: no axe violation, and no scrolling sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support import browser as browsers
from tests.support import walk
from tests.support.everything import Everything, fill
from tests.support.site import Site, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: In how many parts the pages of each kind are looked through, so that several processes share the work.
PARTS = {"public": 2, "member": 1, "staff": 4}


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[tuple[Site, Everything]]:
    held: list[Everything] = []

    def prepare(site: Site) -> None:
        with site.context():
            site.app.config["TESTING"] = True
            held.append(fill(site.app))

    with serving(tmp_path_factory.mktemp("filled"), prepare) as site:
        yield site, held[0]


def check_all(browser, filled, kind: str, part: int, language: str) -> list[str]:
    """Return what is wrong with a part of the pages of `kind`, wide in one language and narrow in the other."""
    site, everything = filled
    context = browser.new_context(base_url=site.url, viewport=browsers.WIDE, locale="en-GB")
    browsers.add_cookies(context, site, everything.clients[kind])
    page = context.new_page()
    found: list[str] = []
    with site.context():
        every = walk.addresses(site.app, everything.values)
    for address in [one for one in every if one.kind == kind][part :: PARTS[kind]]:
        page.goto(f"{address.path}?lang={language}")
        found += _faults(page, language)
    context.close()
    return found


def _faults(page: Page, language: str) -> list[str]:
    """Check at 1280 pixels in English, at 320 in Arabic, where words are longest and everything is mirrored."""
    narrow = language == "ar"
    page.set_viewport_size(browsers.NARROW if narrow else browsers.WIDE)
    found = browsers.violations(page) + browsers.overflow(page)
    if not narrow:
        page.set_viewport_size(browsers.NARROW)
        found += browsers.overflow(page) + browsers.small_targets(page)
    return found


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("kind", "part"), [(kind, part) for kind, parts in PARTS.items() for part in range(parts)])
def test_every_page_can_be_used_by_everybody(browser, filled, kind, part, language):
    found = check_all(browser, filled, kind, part, language)
    assert not found, "\n".join(found)
