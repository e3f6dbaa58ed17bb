"""What the states of a draw, its ways to choose, its features and their categories are called; everybody reads this."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from core.database import db
from core.errors import N_
from i18n.web import listed
from panel import bands
from panel.draws import features, pools
from panel.models import Area, Draw, DrawState
from panel.representation.features import JOINT

STATES: dict[str, tuple[str, str]] = {
    DrawState.PLANNED: (N_("Planned"), "grey"),
    DrawState.FIXED: (N_("Fixed: waiting for the public value"), "blue"),
    DrawState.DRAWN: (N_("Drawn: not published yet"), "yellow"),
    DrawState.PUBLISHED: (N_("Published"), "green"),
    DrawState.CANCELLED: (N_("Cancelled"), "red"),
}
#: What everybody reads of each way to choose.
METHODS = {
    "leximin": N_("As fair as can be: the least likely person is as likely as possible, then the next, and so on"),
    "maximin": N_("Only the least likely person counts: they are as likely as possible"),
    "nash": N_("Chances are balanced over all people together"),
    "proportionate": N_("Chances are as equal as the numbers allow"),
    "random": N_("Everybody has the same chance, and the numbers are not kept"),
}
_AREA = N_("Area")
_NOT_SAID = N_("Not told")


def state(draw: Draw) -> dict[str, str]:
    """Return the words and colour of a state's tag."""
    text, colour = STATES[draw.state]
    return {"text": _(text), "kind": colour}


def feature(key: str) -> str:
    """Return the name of a feature."""
    if key == features.AREA:
        return _(_AREA)
    return listed(_(bands.FEATURES[part].label) if part in bands.FEATURES else part for part in features.parts(key))


class Names:
    """The names of categories; the areas are read once."""

    def __init__(self) -> None:
        places = sa.select(Area.code, Area.name).where(Area.level == 2)
        self._places = {code: name for code, name in db.session.execute(places)}  # noqa: C416

    def category(self, feature_key: str, key: str) -> str:
        """Return the name of a category of a feature."""
        if key == pools.NOT_SAID:
            return _(_NOT_SAID)
        if feature_key == features.AREA:
            return str(self._places.get(key, key))
        pairs = zip(features.parts(feature_key), key.split(JOINT), strict=False)
        return listed((_label(part, value) for part, value in pairs), "unit")


def _label(feature_key: str, key: str) -> str:
    known = bands.FEATURES.get(feature_key)
    return _(known.categories[key]) if known and key in known.categories else key
