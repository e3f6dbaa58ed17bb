"""People of no other room, so that these tests need none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mail.recipients import Facts


@dataclass
class People:
    """A source of recipients held in memory; counts how often it is asked."""

    facts_by_id: dict[str, Facts] = field(default_factory=dict)
    address_by_id: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def add(self, key: str, facts: Facts | None = None, address: str | None = None) -> str:
        """Add a person and return the recipient's name."""
        self.facts_by_id[key] = facts or Facts("en", purposes=frozenset({"newsletter"}))
        self.address_by_id[key] = address or f"p{key}@example.net"
        return f"person:{key}"

    def facts(self, ids: Sequence[str]) -> dict[str, Facts]:
        self.asked += 1
        return {i: self.facts_by_id[i] for i in ids if i in self.facts_by_id}

    def addresses(self, ids: Sequence[str]) -> dict[str, str]:
        self.asked += 1
        return {i: self.address_by_id[i] for i in ids if i in self.address_by_id}
