"""All pages together give no small number away, and show the same number the same everywhere."""

from hypothesis import given, settings
from hypothesis import strategies as st

from panel.models import Area
from panel.questions import PREFER_NOT
from panel.representation import shown
from panel.representation.counting import CROSSED, NOT_ANSWERED, UNSAID, Cell, Counted
from panel.representation.disclosure import small
from panel.representation.features import OWN, Feature
from panel.representation.shown import WHOLE, Geography, ShownCounts, families
from tests.panel.representation.attacker import attack
from tests.panel.representation.test_disclosure import known

AREAS = [
    Area(id=1, code="S", name="System", level=1, parent_id=None),
    Area(id=2, code="P1", name="Place 1", level=2, parent_id=1),
    Area(id=3, code="P2", name="Place 2", level=2, parent_id=1),
    Area(id=4, code="N1", name="Neighbourhood 1", level=3, parent_id=2),
    Area(id=5, code="N2", name="Neighbourhood 2", level=3, parent_id=2),
    Area(id=6, code="N3", name="Neighbourhood 3", level=3, parent_id=3),
    Area(id=7, code="N4", name="Neighbourhood 4", level=3, parent_id=3),
]
AGE = Feature("age_band", "Age", {"young": "Young", "middle": "Middle", "old": "Old"})
TWO = Feature("group:two", "Two", {"under": "Under", "over": "Over"}, "age_band",
              {"young": "under", "middle": "under", "old": "over"}, ours=False)  # fmt: skip
CATALOGUE = {"age_band": AGE, "group:two": TWO}
CATEGORIES = [*AGE.categories, *UNSAID]

people = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 40))
panels = st.lists(st.tuples(*[people] * len(CATEGORIES)).map(list), min_size=len(AREAS), max_size=len(AREAS))


def counted(by_area):
    cells = [
        Cell(area.id, (category, NOT_ANSWERED, NOT_ANSWERED, NOT_ANSWERED), (n,))
        for area, counts in zip(AREAS, by_area, strict=True)
        for category, n in zip(CATEGORIES, counts, strict=True)
    ]
    return Counted(("panel",), {CROSSED: cells})


def published(made):
    """Return (row, area id) -> what some page shows."""
    found = {}
    for area in AREAS:
        found[(WHOLE, area.id)] = made.whole("panel", area.id)
        for feature in CATALOGUE:
            shown_here = made.of(feature, "panel", area.id)
            found |= {(("age_band" if c in UNSAID else feature, c), area.id): n for c, n in shown_here.items()}
    return found


def truth(by_area, geography):
    family = families(CATALOGUE)["age_band"]
    direct = {(("age_band", c), area.id): n for area, row in zip(AREAS, by_area, strict=True)
              for c, n in zip(CATEGORIES, row, strict=True)}  # fmt: skip
    found = {}
    for area in AREAS:
        inside = geography.inside(area.id)
        for row in family.leaves:
            found[(row, area.id)] = sum(direct.get((row, i), 0) for i in inside)
        for row, parts in [*family.sums.items(), (WHOLE, family.leaves)]:
            found[(row, area.id)] = sum(found[(part, area.id)] for part in parts)
    return found, family


def attacked(by_area):
    """Return (true count, least, most) of every hidden number from 1 to 7, seen by somebody who has all pages."""
    geography = Geography(AREAS)
    made = ShownCounts(counted(by_area), CATALOGUE, geography)
    seen, (real, family) = published(made), truth(by_area, geography)
    places = list(real)
    number = {place: i for i, place in enumerate(places)}
    bounds = [known(real[place], seen[place] is None) for place in places]
    lines = []
    for area in AREAS:
        lines += [
            (number[(total, area.id)], [number[(part, area.id)] for part in parts])
            for total, parts in [(WHOLE, family.leaves), *family.sums.items()]
        ]
        children = geography.children.get(area.id, [])
        for row in family.rows if children else []:
            bounds.append((0, None))  # those known to live here and no closer: on no page
            lines.append((number[(row, area.id)], [*(number[(row, c.id)] for c in children), len(bounds) - 1]))
    targets = [number[place] for place in places if small(real[place])]
    assert all(seen[places[i]] is None for i in targets)
    return {(places[i], real[places[i]], ends) for i, ends in attack(bounds, lines, targets).items()}


class TestShownCounts:
    @given(panels)
    @settings(max_examples=40, deadline=None)
    def test_no_count_of_one_to_seven_follows_from_all_pages_together(self, by_area):
        for place, count, (least, most) in attacked(by_area):
            assert most - least >= 1, (place, count, by_area)

    @given(panels)
    @settings(max_examples=40, deadline=None)
    def test_shows_what_is_large_or_nobody_rounded(self, by_area):
        geography = Geography(AREAS)
        seen = published(ShownCounts(counted(by_area), CATALOGUE, geography))
        real, _family = truth(by_area, geography)
        for place, n in seen.items():
            assert n is None or abs(n - real[place]) <= 2

    def test_a_group_is_shown_where_its_parts_are_too_small(self):
        quiet = [0] * len(CATEGORIES)
        made = ShownCounts(counted([[6, 7, 40, 0, 0], *[quiet] * 6]), CATALOGUE, Geography(AREAS))
        assert made.of("age_band", "panel", 1) == {
            "young": None, "middle": None, "old": 40, PREFER_NOT: 0, NOT_ANSWERED: 0,
        }  # fmt: skip
        assert made.of("group:two", "panel", 1)["under"] == 15


class TestFamilies:
    def test_adds_nineteen_groups_and_those_who_said_only_one_of_five(self):
        cells = [
            Cell(1, ("white", "irish"), (20,)),
            Cell(1, ("white", NOT_ANSWERED), (30,)),
            Cell(1, ("white", PREFER_NOT), (10,)),
            Cell(1, (PREFER_NOT, PREFER_NOT), (15,)),
        ]
        everybody = [Cell(1, (NOT_ANSWERED,) * 4, (75,))]
        made = ShownCounts(
            Counted(("panel",), {CROSSED: everybody, ("ethnic_group_5", "ethnic_group_19"): cells}),
            {key: OWN[key] for key in ("ethnic_group_5", "ethnic_group_19")},
            Geography(AREAS[:1]),
        )
        assert made.of("ethnic_group_5", "panel", 1)["white"] == 60
        assert made.of("ethnic_group_19", "panel", 1)["irish"] == 20
        assert made.of("ethnic_group_19", "panel", 1)[PREFER_NOT] == 15
        assert made.silent("ethnic_group_19", "panel", 1)[0] == 40
        said = shown.base(
            75, {PREFER_NOT: 15, NOT_ANSWERED: 0}, made.silent("ethnic_group_19", "panel", 1), own_category=False
        )
        assert said == 20


class TestEstimated:
    def test_shares_out_what_the_shown_numbers_leave(self):
        counts = {"a": 80, "b": None, "c": None, "d": 0}
        assert shown.estimated(counts, 145, {"a": 50, "b": 36, "c": 4}) == {"a": 80, "b": 58.5, "c": 6.5, "d": 0}

    def test_takes_each_hidden_one_to_be_somebody(self):
        assert shown.estimated({"a": 80, "b": None, "c": None}, None, {}) == {"a": 80, "b": 1, "c": 1}
