"""The lottery of rotation: who makes room, drawn so that anybody with the list can draw it again.

Everybody in the pool has the same chance. Each number gets a ticket, the SHA-256 of `seed:number`; those with the
lowest tickets are chosen. Nobody can know a ticket before the seed is made, and nobody can change one after.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable


def ticket(seed: str, member_id: int) -> str:
    """Return the ticket of a member."""
    return hashlib.sha256(f"{seed}:{member_id}".encode()).hexdigest()


def draw(pool: Iterable[int], number: int, seed: str) -> tuple[list[int], int, str]:
    """Return who is chosen, how many were in the pool, and its hash. `pool` is in order and read once."""
    digest = hashlib.sha256()
    count = 0

    def tickets() -> Iterable[tuple[str, int]]:
        nonlocal count
        for member_id in pool:
            digest.update(f"{member_id}\n".encode())
            count += 1
            yield ticket(seed, member_id), member_id

    if number > 0:
        chosen = heapq.nsmallest(number, tickets())
    else:
        chosen = []
        for _ in tickets():
            pass
    return sorted(member_id for _, member_id in chosen), count, digest.hexdigest().upper()
