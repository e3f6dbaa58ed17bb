"""Random numbers that anyone can make again: SHA-256 over a published seed and a counter, and nothing else.

Library generators are left alone on purpose: their streams differ between versions, and an auditor should need only a
hash function.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass


def commitment(secret: str) -> str:
    """Return the hash to publish before the draw: it binds to `secret` without telling it."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class Seed:
    """Where the randomness came from.

    `public` is a value nobody could know beforehand and everybody can look up afterwards (a lottery's numbers of a day
    to come, say), `secret` was committed to by publishing its hash. Neither side alone can steer the draw.
    """

    public: str
    secret: str = ""
    source: str = ""

    @classmethod
    def fresh(cls) -> Seed:
        """Return a seed made by this machine: good for a rehearsal, but the public has to trust the machine."""
        return cls(public=secrets.token_hex(16), source="made by this machine when the draw was held")

    @property
    def text(self) -> str:
        """The text that starts every stream."""
        return f"{self.public}|{self.secret}" if self.secret else self.public

    def published(self) -> dict[str, str]:
        """Return what the audit says of the seed."""
        return asdict(self) | {"secret_sha256": commitment(self.secret) if self.secret else "", "text": self.text}


class Stream:
    """Uniform whole numbers from SHA-256(seed, label, counter), each byte used once."""

    def __init__(self, seed: str, label: str) -> None:
        self._start = f"{seed}\n{label}\n".encode()
        self._counter = 0
        self._bytes = b""

    def below(self, bound: int) -> int:
        """Return a whole number of 0 .. bound-1, each as likely: too large ones are thrown away, not folded."""
        if bound < 1:
            raise ValueError("the bound must be 1 or more")
        bits = (bound - 1).bit_length()
        while True:
            number = int.from_bytes(self._take((bits + 7) // 8), "big") & ((1 << bits) - 1)
            if number < bound:
                return number

    def happens(self, probability: float) -> bool:
        """Return True with `probability`, to 2**-60."""
        return self.below(1 << 60) < int(probability * (1 << 60))

    def sample(self, items: Sequence[int], count: int) -> list[int]:
        """Return `count` of `items` in random order (the beginning of a Fisher-Yates shuffle)."""
        left = list(items)
        for place in range(count):
            other = place + self.below(len(left) - place)
            left[place], left[other] = left[other], left[place]
        return left[:count]

    def choose(self, weights: Sequence[int]) -> int:
        """Return a place in `weights`, each with its weight over their sum."""
        ticket = self.below(sum(weights))
        for place, weight in enumerate(weights):
            ticket -= weight
            if ticket < 0:
                return place
        raise AssertionError("the ticket is below the sum")

    def _take(self, count: int) -> bytes:
        while len(self._bytes) < count:
            self._bytes += hashlib.sha256(self._start + self._counter.to_bytes(8, "big")).digest()
            self._counter += 1
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken
