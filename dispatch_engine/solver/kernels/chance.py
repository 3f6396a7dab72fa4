"""Random numbers whose whole state is an array: the same with and without compilation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dispatch_engine.solver.compiled import inlined

FIRST_MODULUS, FIRST_FACTOR = 2147483563, 40014
SECOND_MODULUS, SECOND_FACTOR = 2147483399, 40692


def seeded(seed: int) -> NDArray[np.int64]:
    """A generator's state from any integer ``seed``: int64[2], both entries valid for the two sequences."""
    first, second = np.random.SeedSequence(abs(seed)).generate_state(2, np.uint64)
    return np.array([1 + int(first) % (FIRST_MODULUS - 1), 1 + int(second) % (SECOND_MODULUS - 1)], np.int64)


@inlined
def uniform(rng):
    """Draw a float in (0, 1) and advance ``rng`` int64[2] in place.

    Two combined linear congruential sequences (L'Ecuyer, *Efficient and portable combined random number
    generators*, CACM 31(6), 1988): products stay below 2**63, so plain Python gives the same numbers.
    """
    rng[0] = rng[0] * FIRST_FACTOR % FIRST_MODULUS
    rng[1] = rng[1] * SECOND_FACTOR % SECOND_MODULUS
    difference = rng[0] - rng[1]
    if difference < 1:
        difference += FIRST_MODULUS - 1
    return difference / FIRST_MODULUS


@inlined
def below(rng, bound):
    """Draw an integer in [0, bound); ``bound`` >= 1."""
    return int(uniform(rng) * bound)


@inlined
def shuffle(rng, values, count):
    """Shuffle the first ``count`` entries of ``values`` in place."""
    for i in range(count - 1, 0, -1):
        j = below(rng, i + 1)
        values[i], values[j] = values[j], values[i]
