"""The register: complete, in order, and every rule with a name of its own."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from worlds import problem, technician, ticket

import dispatch_engine.rules
from dispatch_engine.rules.case import Case
from dispatch_engine.rules.register import RULES, lower_all
from dispatch_engine.rules.rule import Rule


def test_every_rule_is_registered_once():
    """Every subclass of ``Rule`` in the package stands in ``RULES`` exactly once."""
    for module in pkgutil.iter_modules(dispatch_engine.rules.__path__, "dispatch_engine.rules."):
        import_module(module.name)
    assert sorted(type(rule).__name__ for rule in RULES) == sorted(c.__name__ for c in Rule.__subclasses__())


def test_names_are_unique():
    """Prices are told by rule name, so names differ and are not empty."""
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(names)


def test_empty_problems_lower():
    """No technicians, no tickets, or neither: the arrays are there and empty."""
    for jobs, staff in ([], []), ([ticket()], []), ([], [technician()]):
        shapes = lower_all(Case.of(problem(jobs, staff)))
        assert shapes.closed_by.shape == (len(staff), len(jobs))
        assert (shapes.use.shape, shapes.capacity.shape) == ((len(jobs), 0), (len(staff), 0))
