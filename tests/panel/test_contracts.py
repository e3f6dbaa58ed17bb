import pytest

from core import crypto
from core.database import db
from panel import bands, contact, queries
from panel.audience import members_where
from panel.models import Member, MemberState
from panel.services import consents
from tests.factories.areas import make_areas
from tests.factories.members import make_member


def chosen(audience):
    return set(db.session.scalars(members_where(audience)))


class TestMembersWhere:
    def test_takes_in_the_areas_inside_an_area(self, app):
        areas = make_areas()
        inside = make_member(area=areas["E07000129"])
        make_member(area=areas["E06000016"])
        assert chosen({"area_ids": [areas["E10000018"].id]}) == {inside.id}

    def test_leaves_out_who_paused_and_who_never_agreed(self, app):
        member = make_member()
        make_member(state=MemberState.PAUSED)
        make_member(consents_given=())
        assert chosen({}) == {member.id}

    def test_leaves_out_who_took_their_consent_back(self, app):
        member = make_member()
        consents.record(member.id, "panel", False, language="en", how="online")
        assert chosen({"area_ids": [], "languages": []}) == set()

    def test_chooses_by_language(self, app):
        make_member()
        member = make_member(language="ar")
        assert chosen({"languages": ["ar", "cy"]}) == {member.id}


class TestBands:
    def test_come_from_the_answers(self, app):
        areas = make_areas()
        answers = {
            "date_of_birth": {"year": 1950, "month": None, "day": None},
            "ethnic_group": {"value": "asian"},
            "ethnic_asian": {"value": "other_asian", "text": "Tamil"},
            "condition": {"value": "yes"},
            "condition_effect": {"value": "a_little"},
            "sex": {"value": "prefer_not_to_say"},
            "carer": {"value": "10_to_19"},
        }
        member = make_member(area=areas["E07000129"], answers=answers)
        found = bands.for_members([member.id])[member.id]
        assert found == {
            "age_band": "75-84",
            "ethnic_group_5": "asian",
            "ethnic_group_19": "other_asian",
            "disability": "yes",
            "carer": "yes",
            "area": areas["E10000018"].id,
        }

    def test_know_a_place_that_is_not_a_neighbourhood(self, app):
        areas = make_areas()
        member = make_member(area=areas["E06000017"])
        assert bands.for_members([member.id])[member.id] == {"area": areas["E06000017"].id}

    def test_leave_out_an_area_known_only_as_a_whole(self, app):
        member = make_member(area=make_areas()["E54000015"])
        assert bands.for_members([member.id]) == {member.id: {}}

    def test_every_census_category_is_one_of_ours(self, app):
        system = make_areas()["E54000015"].id
        for key, feature in bands.FEATURES.items():
            assert set(queries.population(system, key)) == set(feature.categories), key


class TestContact:
    def test_is_sealed_and_opens_again(self, app):
        member = make_member(name="Zoë", email="Zoe@Example.org", phone="+44 7700 900123")
        stored = db.session.get(Member, member.id)
        assert b"Zo" not in stored.name
        assert contact.open_contact(stored).email == "Zoe@Example.org"
        assert queries.find_member_by_email(" zoe@example.ORG ").id == member.id
        assert [m.id for m in queries.list_members_by_phone("07700 900 123")] == [member.id]

    def test_is_bound_to_its_person(self, app):
        first, second = make_member(), make_member()
        second.email = first.email
        with pytest.raises(crypto.SealBrokenError):
            contact.open_contact(second)


class TestPopulation:
    def test_takes_four_fifths_of_15_to_19_for_a_joining_age_of_16(self, app):
        joint = queries.population(make_areas()["E54000015"].id, "age_band*sex")
        assert joint["16-19*female"] == 28240
        assert joint["85+*male"] == 9800

    def test_places_have_their_residents(self, app):
        areas = make_areas()
        assert queries.population(areas["E54000015"].id, "area")[areas["E06000017"].id] == 41000

    def test_says_what_is_estimated(self, app):
        sources = queries.population_sources(make_areas()["E54000015"].id)
        assert any("4/5 of 15-19" in s for s in sources)
        assert any(s.startswith("Estimate") for s in sources)
