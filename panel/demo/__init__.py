"""Made-up people on real figures, for the demo, benches and tests of scale."""

from __future__ import annotations

from panel.demo.draws import load as load_draws
from panel.demo.loading import load
from panel.demo.mirror import load_mirror
from panel.demo.over_time import load_over_time
from panel.demo.people import Person, people
from panel.demo.recruiting import load_recruiting

__all__ = ["Person", "load", "load_draws", "load_mirror", "load_over_time", "load_recruiting", "people"]
