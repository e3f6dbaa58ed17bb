"""The audit sheet: all that somebody who trusts nobody needs to repeat a draw and check that it was fair."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from panel.lottery.kinds import Kinds
from panel.lottery.panels import Mixture
from panel.lottery.pool import Pool, pool_hash
from panel.lottery.quotas import Quota
from panel.lottery.residue import stops_for
from panel.lottery.selection import fingerprint

if TYPE_CHECKING:
    from panel.lottery.engine import Draw
    from panel.lottery.planning import Plan
    from panel.lottery.randomness import Seed

FORMAT = "citizens-panel lottery"
#: Raised whenever the same seed would lead to another draw.
VERSION = 2
#: What is fixed before a draw.
_TERMS = ("algorithm", "size", "quotas", "pool")
#: What every sheet has.
PARTS = frozenset(
    {
        *("format", "version", *_TERMS, "terms_sha256", "made_with", "seed", "types", "method", "upper_bound"),
        *("searched_bound", "goal_gap", "distribution", "walk", "proof", "draws"),
    }
)


def sheet(
    terms: Mapping[str, Any],
    kinds: Kinds,
    plan: Plan,
    seed: Seed,
    made: Sequence[Draw],
    share: np.ndarray,
    selected: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Return the sheet as JSON data, `terms` being what before() said.

    It holds no ids: only types, and hashes of the pool and of who was selected.
    """
    return dict(terms) | {
        "made_with": {"highspy": version("highspy"), "numpy": version("numpy")},
        "seed": seed.published(),
        "types": {
            "features": [list(features) for features in kinds.features],
            "people": kinds.people.tolist(),
            "group": kinds.group.tolist(),
            "households_in_group": kinds.households.tolist(),
            "probability": share.tolist(),
        },
        "method": plan.method,
        "upper_bound": plan.upper_bound,
        "searched_bound": plan.searched_bound,
        "goal_gap": plan.goal_gap,
        "distribution": _mixture(plan.mixture) if plan.mixture else None,
        "walk": {"stops": list(stops_for(plan.problem)), "target": plan.x.tolist()} if plan.method == "walk" else None,
        "proof": {
            "settles_every_type": plan.whole_levels,
            "levels": [
                {
                    "value": level.value,
                    "types": level.types.tolist(),
                    "rows": [[i, y] for i, y in enumerate(level.rows.tolist()) if y],
                    "groups": [list(pair) for pair in level.groups],
                }
                for level in plan.levels
            ],
        },
        "draws": [
            {
                "counts": [[t, c] for t, c in enumerate(one.counts.tolist()) if c],
                "stops": one.end.stops if one.end else None,
                "residual": _mixture(one.end.mixture) if one.end else None,
                "selected_sha256": fingerprint(ids),
            }
            for one, ids in zip(made, selected, strict=True)
        ],
    }


def before(
    pool: Pool, columns: Sequence[str], quotas: Sequence[Quota], k: int, algorithm: str, household: str | None
) -> dict[str, Any]:
    """Return what is fixed, and can be published, before a draw."""
    hashed = [*columns, *([household] if household else [])]
    terms = {
        "format": FORMAT,
        "version": VERSION,
        "algorithm": algorithm,
        "size": k,
        "quotas": [[q.category, q.feature, q.min, q.max] for q in quotas],
        "pool": {
            "people": len(pool),
            "columns": list(columns),
            "household": household,
            "sha256": pool_hash(pool, hashed),
        },
    }
    return terms | {"terms_sha256": terms_hash(terms)}


def terms_hash(sheet: Mapping[str, Any]) -> str:
    """Return SHA-256 of what `sheet`, a whole or a public one, says was fixed before the draw."""
    terms = {name: sheet[name] for name in _TERMS} | {"format": FORMAT, "version": VERSION}
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()


def _mixture(mixture: Mixture) -> dict[str, Any]:
    """Return panels as lists of [type, count] above what all of them have, so that a walk's end stays small."""
    shared = mixture.panels.min(axis=0)
    return {
        "shared": [[t, c] for t, c in enumerate(shared.tolist()) if c],
        "panels": [[[t, c] for t, c in enumerate((p - shared).tolist()) if c] for p in mixture.panels],
        "weights": mixture.weights,
    }
