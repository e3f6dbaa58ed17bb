"""Makes the pictures of the README again, from the demo in a real Chromium.

Run as `python -m tools.screenshots` with the Python of `.venv` after `./test --help` has set it up for development.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from core.database import db
from surveys.models import Fieldwork, FieldworkState, Participation, ParticipationState
from surveys.services import invitations
from tests.support import browser as browsers
from tests.support.site import Site, serving
from tools.steps import ROOT, say

FOLDER = ROOT / "docs" / "images"
_SIZE = {"width": 760, "height": 800}
#: Few colours make small files, and pages have few.
_COLOURS = 48


def main() -> int:
    """Serve the demo and take every picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder), _load_demo) as site,
        browsers.chromium() as chromium,
    ):
        for name, take in _PICTURES.items():
            context = chromium.new_context(viewport=_SIZE, base_url=site.url, locale="en-GB")
            page = context.new_page()
            take(site, context, page)
            _keep(page.screenshot(), FOLDER / f"{name}.png")
            context.close()
            say(f"Taken: docs/images/{name}.png")
    return 0


def _load_demo(site: Site) -> None:
    site.command("demo", "load", "--members", "1200", "--seed", "7")


def _keep(picture: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(_COLOURS).save(path, optimize=True)


def _join(site: Site, context: BrowserContext, page: Page) -> None:
    page.goto("/join")


def _question(site: Site, context: BrowserContext, page: Page) -> None:
    with site.context():
        asked = (
            sa.select(Participation.fieldwork_id, Participation.member_id)
            .join(Fieldwork, Fieldwork.id == Participation.fieldwork_id)
            .where(Fieldwork.state == FieldworkState.OPEN, Participation.state != ParticipationState.DONE)
        )
        fieldwork_id, member_id = db.session.execute(asked.limit(1)).one()
        token = invitations.token_of(fieldwork_id, member_id)
    page.goto(f"/s/{token}?lang=ar")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def _results(site: Site, context: BrowserContext, page: Page) -> None:
    browsers.sign_in(context, site, "administrator")
    with site.context():
        fieldwork_id = db.session.scalars(sa.select(Fieldwork.id).where(Fieldwork.state == FieldworkState.OPEN)).first()
    page.set_viewport_size({"width": 1000, "height": 1000})
    page.goto(f"/staff/fieldwork/{fieldwork_id}/results")


def _directory(site: Site, context: BrowserContext, page: Page) -> None:
    page.goto("/you-said-we-did")
    page.get_by_role("main").get_by_role("heading", level=2).get_by_role("link").first.click()


_PICTURES: dict[str, Callable[[Site, BrowserContext, Page], None]] = {
    "join": _join,
    "question-ar": _question,
    "results": _results,
    "directory": _directory,
}

if __name__ == "__main__":
    sys.exit(main())
