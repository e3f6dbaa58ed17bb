"""What draws were made with is erased after a stated time; what everybody may read of them stays."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core import clock
from core.audit import has_happened
from core.database import db
from panel import jobs
from panel.draws import planning
from panel.draws.errors import ErasedError
from panel.draws.forgetting import KEPT_FOR
from panel.models import DrawnPerson, DrawSecret, DrawSheet, DrawState
from tests.factories import staff
from tests.factories.draws import DAY, again, fixed, held, make_crowd, make_draw, published


def forget_at(moment):
    with clock.stopped_at(moment):
        jobs.forget_draws()


def rows(model, draw_id):
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(model.draw_id == draw_id))


@pytest.fixture
def crowd(app):
    make_crowd()


class TestForget:
    def test_the_pool_goes_and_the_public_sheet_and_who_was_chosen_stay(self, crowd):
        draw = published(make_draw(reserves=4))
        draw_id, last_step = draw.id, draw.published_at
        forget_at(last_step + KEPT_FOR - DAY)
        assert rows(DrawSecret, draw_id) == 1
        forget_at(last_step + KEPT_FOR + DAY)
        assert rows(DrawSecret, draw_id) == 0
        assert (rows(DrawSheet, draw_id), rows(DrawnPerson, draw_id)) == (2, 24)
        assert has_happened("draw.pool_erased")

    def test_of_a_cancelled_draw_nobody_stays(self, crowd):
        draw = held(make_draw())
        planning.cancel(draw, "The event was called off.")
        db.session.commit()
        draw_id, last_step = draw.id, draw.cancelled_at
        assert rows(DrawnPerson, draw_id) == 20
        forget_at(last_step + KEPT_FOR + DAY)
        assert [rows(model, draw_id) for model in (DrawSecret, DrawSheet, DrawnPerson)] == [0, 0, 0]
        assert again(planning.get(draw_id)).cancel_reason == "The event was called off."

    def test_one_whose_day_is_still_to_come_waits_for_it(self, crowd):
        draw = fixed(make_draw())
        draw_id, fixed_at = draw.id, draw.fixed_at
        draw.source_on = (fixed_at + 2 * KEPT_FOR).date()
        db.session.commit()
        forget_at(fixed_at + KEPT_FOR + DAY)
        assert rows(DrawSecret, draw_id) == 1

    def test_nobody_can_be_drawn_from_a_pool_that_is_gone(self, crowd):
        waiting = fixed(make_draw())
        waiting.public_value = "4 8 15"
        db.session.commit()
        out = published(make_draw())
        forget_at(clock.now() + KEPT_FOR + DAY)
        with pytest.raises(ErasedError):
            planning.ask_replace(again(out), "lottery")
        waiting = again(waiting)
        assert waiting.state == DrawState.FIXED
        with pytest.raises(ErasedError):
            planning.ask_hold_again(waiting)


class TestPages:
    def test_say_so_and_offer_nothing_that_needs_the_pool(self, client):
        make_crowd()
        draw_id = published(make_draw()).id
        public = client.get(f"/lottery/{draw_id}").text
        sheet = client.get(f"/lottery/{draw_id}/audit-0.json").text
        forget_at(clock.now() + KEPT_FOR + DAY)
        staff.sign_in(client, "panel_manager")
        text = client.get(f"/staff/draws/{draw_id}").text
        assert "has been erased" in text
        assert "Download the pool" not in text
        response = client.submit(
            f"/staff/draws/{draw_id}/people", f"/staff/draws/{draw_id}/people/{chosen(draw_id)}/declined"
        )
        assert "Draw replacements" not in response.text
        stranger = client.application.test_client()
        assert stranger.get(f"/lottery/{draw_id}/audit-0.json").text == sheet
        assert main_of(stranger.get(f"/lottery/{draw_id}").text) == main_of(public)


def chosen(draw_id):
    return db.session.scalar(sa.select(sa.func.min(DrawnPerson.member_id)).where(DrawnPerson.draw_id == draw_id))


def main_of(text):
    return text.partition("<main")[2].partition("</main>")[0]
