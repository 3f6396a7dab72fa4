"""What a rule is: a name, its meaning as arrays, and its meaning said again in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dispatch_engine.rules.case import Case
from dispatch_engine.rules.shapes import Shapes

if TYPE_CHECKING:
    from dispatch_engine.rules.visits import PlanTimes


@dataclass(frozen=True)
class Violation:
    """One broken rule, in the words of the public JSON.

    ``amount`` and ``unit`` say by how much, where that has a meaning: ``seconds``, ``metres``, ``units``,
    ``level`` or ``tickets``.
    """

    code: str
    message: str
    technician: str | None = None
    shift: int | None = None
    ticket: str | None = None
    amount: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Price:
    """What a rule charges a plan: unserved mandatory tickets, milli-points and integer cost units, exact."""

    mandatory: int = 0
    points: int = 0
    cost: int = 0

    def __add__(self, other: Price) -> Price:
        return Price(self.mandatory + other.mandatory, self.points + other.points, self.cost + other.cost)

    def __sub__(self, other: Price) -> Price:
        return Price(self.mandatory - other.mandatory, self.points - other.points, self.cost - other.cost)

    @property
    def tiers(self) -> tuple[int, int, int]:
        """The tiers in the order in which prices are compared."""
        return self.mandatory, self.points, self.cost


NOTHING = Price()


class Rule:
    """Base of all rules; a rule overrides what it has to say.

    ``lower`` writes the rule into the arrays of the engines; ``violations`` and ``price`` say the same over a
    plan's visits in plain Python, for the checker. The two share no code, on purpose: one proves the other.
    """

    name: str = ""
    codes: tuple[str, ...] = ()
    """Every code that the rule may give: of a violation, or as the reason why a pair is closed."""
    asks_who: bool = False
    """Whether it judges who does what; once a technician is on the way to a ticket, that is settled."""

    keeps_the_past: bool = False
    """Whether it judges visits that have begun as well."""

    def lower(self, case: Case, shapes: Shapes) -> None:
        """Write the rule into ``shapes``."""

    def violations(self, case: Case, plan: PlanTimes) -> Iterator[Violation]:  # noqa: ARG002
        """Where ``plan`` breaks the rule."""
        return iter(())

    def price(self, case: Case, plan: PlanTimes) -> Price:  # noqa: ARG002
        """What the rule charges ``plan``."""
        return NOTHING
