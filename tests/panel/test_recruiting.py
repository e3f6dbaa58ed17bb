import datetime as dt
import io

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from core import clock
from core.audit import AuditEntry
from core.database import db
from core.limits import limiter
from panel import contact, figures, recruits
from panel.jobs import clear_out
from panel.models import Campaign, Channel, JoinApplication, Member, MemberState, Partner
from panel.recruiting import posters, progress
from panel.services import recruiting
from tests.factories.areas import make_areas
from tests.factories.members import make_member
from tests.factories.recruiting import make_campaign, make_channel, make_partner
from tests.factories.staff import sign_in
from tests.panel import support as joining
from tests.support.queries import at_most


@pytest.fixture
def manager(client):
    return sign_in(client, "panel_manager")


def only(table):
    db.session.rollback()
    return db.session.scalars(sa.select(table)).one()


class TestFigures:
    @pytest.mark.parametrize(("count", "seen"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (100, 100)])
    def test_small_counts_are_hidden_and_others_rounded(self, count, seen):
        assert figures.shown(count) == seen

    def test_what_could_be_worked_out_from_the_rest_is_hidden_too(self):
        assert figures.parts({"a": 3, "b": 40, "c": 20, "d": 0}) == {"a": None, "b": 40, "c": None, "d": 0}

    @given(st.dictionaries(st.text(min_size=1), st.integers(0, 100), max_size=8))
    def test_never_one_alone_is_hidden_beside_others(self, counts):
        shown = figures.parts(counts)
        hidden = [key for key, count in shown.items() if count is None]
        assert all(shown[key] is None for key, count in counts.items() if 0 < count < 8)
        if len(hidden) == 1:
            assert all(counts[key] == 0 for key in counts if key not in hidden)


class TestShortLink:
    def test_shows_the_start_of_joining_and_stores_nothing(self, client):
        make_channel(key="oakham-library")
        page = client.get("/j/oakham-library").page
        assert page.h1 == "Join the panel"
        assert [i.get("value") for i in page.all("input", name="channel")] == ["oakham-library"]
        assert db.session.scalar(sa.select(sa.func.count()).select_from(JoinApplication)) == 0

    def test_who_joins_by_it_came_by_the_channel(self, client):
        make_areas()
        make_channel(key="oakham-library")
        client.submit("/j/oakham-library", "/join")
        joining.go_on(client, joining.SHORT)
        client.submit("/join/area", area=joining.first_area(client))
        place = joining.go_on(client, joining.SHORT)
        assert place == "/join/check"
        with clock.stopped_at(clock.now() + dt.timedelta(minutes=5)):
            joining.send(client)
        assert only(Member).source == "channel:oakham-library"

    def test_who_never_confirms_is_forgotten_like_everybody(self, client):
        make_channel(key="bus")
        make_member(state=MemberState.APPLIED, source="channel:bus", applied_at=clock.now() - dt.timedelta(days=15))
        clear_out()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Member)) == 0

    @pytest.mark.parametrize("key", ["nothing-here", "%00", "ÄÖ", "a" * 300, "'; DROP TABLE member"])
    def test_mistyped_leads_to_joining_all_the_same(self, client, key):
        response = client.get(f"/j/{key}")
        assert (response.status_code, response.headers["Location"]) == (302, "/join")

    def test_capitals_do_not_matter(self, client):
        make_channel(key="bus")
        assert client.get("/j/BUS").status_code == 200

    def test_what_is_sent_as_a_channel_must_be_one(self, client):
        client.get("/join")
        token = client.get("/join").page.form("/join")["csrf_token"]
        assert client.post("/join", data={"csrf_token": token, "channel": "made-up\0"}).status_code == 303

    def test_is_limited(self, client):
        limiter.reset()
        codes = {client.get("/j/nothing").status_code for _ in range(121)}
        assert codes == {302, 429}


class TestChannelPages:
    def test_adds_and_changes(self, client, manager):
        areas = make_areas()
        values = {"kind": "event", "name": "Diwali on Belgrave Road", "key": "Diwali", "cost": "£1,250.50"}
        day = {"starts_on-day": "1", "starts_on-month": "11", "starts_on-year": "2026"}
        response = client.submit(
            "/staff/recruiting/channels/add",
            **values,
            **day,
            areas=[str(areas["E06000016"].id)],
            group_ethnic_group_5=["ethnic_group_5:asian"],
        )
        channel = only(Channel)
        assert response.request.path == f"/staff/recruiting/channels/{channel.id}"
        assert (channel.key, channel.cost_pence, channel.groups) == ("diwali", 125050, ["ethnic_group_5:asian"])
        client.submit(f"/staff/recruiting/channels/{channel.id}/change", name="Diwali day", cost="")
        channel = only(Channel)
        assert (channel.name, channel.cost_pence, channel.key) == ("Diwali day", None, "diwali")
        actions = db.session.scalars(sa.select(AuditEntry.action)).all()
        assert {"channel.added", "channel.changed"} <= set(actions)

    def test_refuses_what_is_wrong_and_keeps_what_was_typed(self, client, manager):
        make_channel(key="taken")
        wrong = {"kind": "poster", "name": "Bus stops", "key": "Bus stops!", "cost": "lots"}
        response = client.submit("/staff/recruiting/channels/add", **wrong)
        assert response.status_code == 422
        assert "Enter an amount in pounds, such as 120 or 99.50." in response.page.errors
        assert response.page.form()["name"] == "Bus stops"
        response = client.submit("/staff/recruiting/channels/add", **(wrong | {"key": "taken", "cost": ""}))
        assert response.page.errors == ["This short name is taken. Choose another."]

    def test_shows_what_it_brought_without_small_numbers(self, client, manager):
        channel = make_channel(key="bus")
        for _ in range(12):
            make_member(source="channel:bus", answers={"sex": {"value": "female"}})
        for _ in range(3):
            make_member(source="channel:bus", answers={"sex": {"value": "male"}})
        with at_most(22):
            text = client.get(f"/staff/recruiting/channels/{channel.id}").page.text
        assert "Asked to join 15" in text
        assert "Male fewer than 8" in text
        assert "Female fewer than 8" in text, "it could be worked out from the sum"

    def test_the_list_asks_the_same_few_questions_however_many_there_are(self, client, manager):
        for number in range(12):
            make_channel(key=f"bus-{number}")
        with at_most(8):
            page = client.get("/staff/recruiting/channels").page
        assert page.text.count("Poster or leaflet") == 12

    def test_is_closed_to_who_may_not(self, client):
        sign_in(client, "translator")
        assert client.get("/staff/recruiting/channels").status_code == 403
        sign_in(client, "analyst")
        assert client.get("/staff/recruiting/channels").status_code == 200
        assert client.get("/staff/recruiting/channels/add").status_code == 403


class TestPrint:
    @pytest.mark.parametrize("tag", ["en", "cy", "ar"])
    @pytest.mark.parametrize("piece", ["poster", "form"])
    def test_is_tagged_says_its_language_and_has_a_title(self, client, manager, piece, tag):
        channel = make_channel(key="bus")
        response = client.get(f"/staff/recruiting/channels/{channel.id}/{piece}-{tag}.pdf")
        reader = PdfReader(io.BytesIO(response.data))
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == tag
        assert reader.metadata.title
        assert b"pdfuaid" in root["/Metadata"].get_data()
        assert "localhost/j/bus" in "".join(page.extract_text() for page in reader.pages)

    def test_the_code_of_a_poster_has_words(self, app):
        html = posters.html(make_channel(key="bus"), "poster", "en")
        assert 'alt="A code to scan with a phone. It opens the address below."' in html

    @pytest.mark.parametrize("large", [False, True])
    @pytest.mark.parametrize("tag", ["en", "cy", "ar"])
    def test_a_poster_fits_on_one_page(self, app, tag, large):
        made = posters.draw(make_channel(key="a-long-name-of-a-channel-for-a-poster"), "poster", tag, large=large)
        assert len(PdfReader(io.BytesIO(made)).pages) == 1

    def test_large_print_is_larger(self, app):
        def smallest(large):
            found = set()
            reader = PdfReader(io.BytesIO(posters.draw(make_channel(), "form", "en", large=large)))
            reader.pages[0].extract_text(
                visitor_text=lambda t, cm, tm, font, size: (
                    found.add(round(size * abs(tm[3] * cm[3]) / 0.75)) if len(t.strip()) > 20 else None
                )
            )
            return min(found)

        assert smallest(True) >= 1.4 * smallest(False)

    def test_the_code_leads_to_the_short_link(self, client, manager):
        channel = make_channel(key="bus")
        svg = client.get(f"/staff/recruiting/channels/{channel.id}/code.svg")
        png = client.get(f"/staff/recruiting/channels/{channel.id}/code.png")
        assert svg.data.startswith(b"<svg")
        assert png.data.startswith(b"\x89PNG")
        assert posters.link("bus", "ar") == "http://localhost/j/bus?lang=ar"


class TestPartners:
    def test_adds_with_a_sealed_contact(self, client, manager):
        areas = make_areas()
        client.submit(
            "/staff/recruiting/partners/add",
            kind="faith",
            name="Jamia Mosque",
            key="jamia",
            areas=[str(areas["E06000016"].id)],
            group_religion=["religion:muslim"],
            contact_name="Yusuf Khan",
            contact_email="yusuf@jamia.example",
            **{"agreement_on-day": "1", "agreement_on-month": "3", "agreement_on-year": "2026"},
        )
        partner = only(Partner)
        assert recruiting.open_contact(partner)["contact_name"] == "Yusuf Khan"
        assert b"Yusuf" not in (partner.contact_name or b"")
        entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "partner.added")).one()
        assert "Yusuf" not in str(entry.after)
        assert "yusuf" not in str(entry.after)

    def test_whom_we_know_there_is_shown_to_who_manages_only(self, client, manager):
        partner = make_partner(contact_name="Nisha Rao")
        assert "Nisha Rao" in client.get(f"/staff/recruiting/partners/{partner.id}").page.text
        sign_in(client, "analyst")
        assert "Nisha Rao" not in client.get(f"/staff/recruiting/partners/{partner.id}").page.text

    def test_a_review_needs_an_agreement_before_it(self, client, manager):
        review = {"agreement_review_on-day": "1", "agreement_review_on-month": "3", "agreement_review_on-year": "2026"}
        response = client.submit(
            "/staff/recruiting/partners/add", kind="faith", name="Jamia Mosque", key="jamia", **review
        )
        assert response.page.errors == ["Enter when the agreement was signed first."]

    def test_an_agreement_that_is_due_stands_out(self, client, manager):
        day = clock.today() - dt.timedelta(days=400)
        make_partner(agreement_on=day, agreement_review_on=day + dt.timedelta(days=365))
        assert "Look at the agreement again" in client.get("/staff/recruiting/partners").page.text

    def test_ending_erases_the_contact_and_ends_the_channels(self, client, manager):
        partner = make_partner()
        make_channel(partner_id=partner.id)
        make_channel(partner_id=partner.id, starts_on=clock.today() + dt.timedelta(days=5))
        client.submit(f"/staff/recruiting/partners/{partner.id}/end")
        partner = only(Partner)
        assert partner.ended_on == clock.today()
        assert recruiting.open_contact(partner) == dict.fromkeys(recruiting.CONTACT, "")
        ends = set(db.session.scalars(sa.select(Channel.ends_on)))
        assert ends == {clock.today(), clock.today() + dt.timedelta(days=5)}
        assert "has ended" in client.submit(f"/staff/recruiting/partners/{partner.id}/end").page.text

    def test_counts_who_came_by_its_list_and_by_its_channels(self, client, manager):
        partner = make_partner(key="age-uk")
        make_channel(key="tea", partner_id=partner.id)
        for source in ["partner:age-uk"] * 10 + ["channel:tea"] * 10 + ["online"] * 10:
            make_member(source=source)
        with at_most(26):
            text = client.get(f"/staff/recruiting/partners/{partner.id}").page.text
        assert "Asked to join 20" in text


class TestCampaigns:
    def test_is_planned_and_changed(self, client, manager):
        areas = make_areas()
        channel, partner = make_channel(), make_partner()
        area = str(areas["E06000017"].id)
        due = {"due_on-day": "1", "due_on-month": "3", "due_on-year": "2030"}
        client.submit(
            "/staff/recruiting/campaigns/add",
            name="Young people",
            aim0_group="age_band:16-19",
            aim0_area=area,
            aim0_wanted="30",
            **due,
            channels=[str(channel.id)],
            partners=[str(partner.id)],
        )
        campaign = recruits.get_campaign(only(Campaign).id)
        assert [(a.feature, a.category, a.wanted) for a in campaign.aims] == [("age_band", "16-19", 30)]
        assert ([c.id for c in campaign.channels], [p.id for p in campaign.partners]) == ([channel.id], [partner.id])
        client.submit(
            f"/staff/recruiting/campaigns/{campaign.id}/change", aim0_wanted="40", aim1_area=area, aim1_wanted="5"
        )
        campaign = recruits.get_campaign(only(Campaign).id)
        assert [(a.feature, a.wanted) for a in campaign.aims] == [("age_band", 40), ("", 5)]

    def test_begins_with_the_groups_that_are_furthest_behind(self, client, manager):
        rutland = make_areas()["E06000017"]
        asked = "aim=sex:male:40&aim=area:E06000017:12&aim=nonsense&aim=sex:male:x&until=2030-12-01"
        form = client.get(f"/staff/recruiting/campaigns/add?{asked}").page.form()
        assert (form["aim0_group"], form["aim0_wanted"]) == ("sex:male", "40")
        assert (form["aim1_group"], form["aim1_area"], form["aim1_wanted"]) == ("", str(rutland.id), "12")
        assert form["aim2_wanted"] == form["aim3_wanted"] == ""
        assert (form["due_on-day"], form["due_on-month"], form["due_on-year"]) == ("1", "12", "2030")
        assert client.get("/staff/recruiting/campaigns/add?until=soon").status_code == 200

    def test_needs_somebody_to_reach_and_a_time(self, client, manager):
        make_areas()
        response = client.submit("/staff/recruiting/campaigns/add", name="Young people", aim0_wanted="none")
        assert response.status_code == 422
        assert "Enter the last day." in response.page.errors
        due = {"due_on-day": "1", "due_on-month": "3", "due_on-year": "2030"}
        response = client.submit("/staff/recruiting/campaigns/add", name="Young people", **due)
        assert response.page.errors == ["Say for at least one group how many people you want."]

    def test_counts_who_confirmed_since_it_began_in_the_area_by_its_channels(self, app):
        areas = make_areas()
        oakham, leicester = areas["LLR-RUT-OAKHAM"], areas["LLR-LEI-EAST"]
        channel, partner = make_channel(key="bus"), make_partner(key="scouts")
        make_channel(key="camp", partner_id=partner.id)
        young = {"date_of_birth": {"year": clock.today().year - 18, "month": 1, "day": 1}}
        for source in ["channel:bus", "partner:scouts", "channel:camp"] * 4:
            make_member(source=source, area=oakham, answers=young)
        for source, area, answers in [
            ("online", oakham, young),
            ("channel:bus", leicester, young),
            ("channel:bus", oakham, {"sex": {"value": "male"}}),
        ]:
            make_member(source=source, area=area, answers=answers)
        early = make_member(source="channel:bus", area=oakham, answers=young)
        early.confirmed_at = clock.now() - dt.timedelta(days=60)
        db.session.commit()
        campaign = make_campaign(
            (areas["E06000017"].id, "age_band", "16-19", 30), channel_ids=[channel.id], partner_ids=[partner.id]
        )
        campaign = recruits.get_campaign(campaign.id)
        wanted = recruits.Wanted(
            campaign.aims[0],
            frozenset(recruits.sources_of_campaigns([campaign])[campaign.id]),
            clock.start_of_day(campaign.starts_on),
            clock.now() + dt.timedelta(days=1),
        )
        assert recruits.reached([wanted], recruits.insides()) == [12]

    def test_forecasts_from_the_pace_so_far(self, app):
        areas = make_areas()
        channel = make_channel(key="bus")
        for _ in range(20):
            make_member(source="channel:bus", area=areas["LLR-RUT-OAKHAM"])
        whole = areas["E54000015"].id
        campaign = make_campaign((whole, "", "", 40), (whole, "sex", "male", 40), channel_ids=[channel.id])
        anybody, men = progress.of_campaigns([recruits.get_campaign(campaign.id)])[campaign.id]
        assert (anybody.reached, anybody.per_week, anybody.forecast, anybody.state) == (20, 7.0, 40, "on_course")
        assert (men.reached, men.state) == (0, "behind")

    def test_says_how_far_the_panel_is_from_its_population(self, app):
        areas = make_areas()
        for number in range(100):
            make_member(area=areas["LLR-RUT-OAKHAM"], answers={"sex": {"value": "male" if number < 20 else "female"}})
        campaign = make_campaign((areas["E54000015"].id, "sex", "male", 40))
        (aim,) = progress.of_campaigns([recruits.get_campaign(campaign.id)])[campaign.id]
        assert aim.on_panel == 20
        assert 45 <= aim.expected <= 55
        assert aim.gap == aim.expected - 20

    def test_small_numbers_say_nothing_not_even_by_the_gap(self, app):
        areas = make_areas()
        channel = make_channel(key="bus")
        for number in range(40):
            make_member(
                source="channel:bus",
                area=areas["LLR-RUT-OAKHAM"],
                answers={"sex": {"value": "male" if number < 3 else "female"}},
            )
        campaign = make_campaign((areas["E06000017"].id, "sex", "male", 40), channel_ids=[channel.id])
        (aim,) = progress.of_campaigns([recruits.get_campaign(campaign.id)])[campaign.id]
        assert (aim.reached, aim.on_panel, aim.gap, aim.forecast, aim.state) == (None, None, None, None, "unknown")

    def test_pages_ask_few_questions_however_many_campaigns_run(self, client, manager):
        areas = make_areas()
        channel, partner = make_channel(), make_partner()
        for _ in range(6):
            make_campaign(
                (areas["E06000017"].id, "sex", "male", 40),
                (areas["E54000015"].id, "", "", 40),
                channel_ids=[channel.id],
                partner_ids=[partner.id],
            )
        with at_most(14):
            response = client.get("/staff/recruiting")
        assert response.status_code == 200

    def test_ends_and_is_left_alone(self, client, manager):
        areas = make_areas()
        campaign = make_campaign((areas["E06000017"].id, "sex", "male", 40))
        client.submit(f"/staff/recruiting/campaigns/{campaign.id}", "/end")
        assert only(Campaign).ended_on == clock.today()
        response = client.submit(f"/staff/recruiting/campaigns/{campaign.id}/change", name="Other")
        assert response.page.errors == ["This has ended and cannot be changed any more."]


class TestLetters:
    def test_say_where_the_details_came_from(self, app):
        member = make_member(
            route="post", address="1 High Street\nOakham", language="en", formats=["large_print", "audio"]
        )
        reader = PdfReader(io.BytesIO(posters.welcome_letters([member, make_member(route="post")], "Age UK")))
        assert len(reader.pages) == 2
        assert "Age UK" in reader.pages[0].extract_text()
        assert "Audio: something to listen to" in reader.pages[0].extract_text()
        assert contact.open_contact(member).name in reader.pages[0].extract_text()
