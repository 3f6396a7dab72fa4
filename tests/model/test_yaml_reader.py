"""YAML 1.2: plain values, times as text, and every known trap refused."""

from __future__ import annotations

import contextlib
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.yaml_reader import parse_yaml


def _refused(text: str) -> Finding:
    with pytest.raises(InputError) as caught:
        parse_yaml(text, 64)
    return caught.value.findings[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("a:", {"a": None}),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("no", "no"),
        ("12", 12),
        ("-7", -7),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("12:30:45", "12:30:45"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("'1.5'", "1.5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T08:00:00+08:00", "2026-11-23T08:00:00+08:00"),
        ("{1: a, null: b}", {"1": "a", "null": "b"}),
        ("- a\n- [1, {b: c}]", ["a", [1, {"b": "c"}]]),
        ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
        ("a: &x 5\nb: *x", {"a": 5, "b": 5}),
        ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
    ],
)
def test_values(text: str, value: object) -> None:
    """Scalars follow the core schema of YAML 1.2; keys are always text."""
    assert parse_yaml(text, 64) == value


def test_floats_that_are_not_finite() -> None:
    """Infinity, NaN and endless integers become floats, so that the models refuse them where they stand."""
    values = parse_yaml("[.inf, -.Inf, .nan, " + "1" * 5000 + "]", 64)
    assert isinstance(values, list)
    assert values[:2] == [math.inf, -math.inf]
    assert math.isnan(values[2])
    assert values[3] == math.inf


@pytest.mark.parametrize(
    ("text", "where", "code", "message"),
    [
        ("a: [1", "", "not_yaml", "line 2, column 1"),
        ("a: b: c", "", "not_yaml", "is not YAML"),
        ("\ta: 1", "", "not_yaml", "cannot start any token"),
        ("a: \x07", "", "not_yaml", "is not YAML"),
        ("a: \ud800", "", "not_yaml", "is not YAML"),
        ("a: 1\n---\nb: 2", "", "not_yaml", "several documents"),
        ("a: {b: !!python/object/apply:os.system [ls]}", "/a/b", "not_yaml", "uses the tag"),
        ("a: !!binary aGk=", "/a", "not_yaml", "uses the tag"),
        ("? [1, 2]\n: 3", "", "not_yaml", "as a key"),
        ("a: &x 1\n*x : 2", "", "not_yaml", "alias as a key"),
        ("a: *x", "/a", "not_yaml", "'x' has no complete anchor"),
        ("a: &x [*x]", "/a/0", "not_yaml", "'x' has no complete anchor"),
        ("a: 1\nb: {c: 1, c: 2}", "/b/c", "duplicate_key", "'c' is given twice"),
        ("[{a: 1, 'a': 2}]", "/0/a", "duplicate_key", "'a' is given twice"),
    ],
)
def test_refused(text: str, where: str, code: str, message: str) -> None:
    """What is broken, dangerous or ambiguous is refused, with its place."""
    finding = _refused(text)
    assert (finding.pointer, finding.code) == (where, code)
    assert message in finding.message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused_at_once(opening: str) -> None:
    """100,000 open brackets stop at level 65, long before memory, stack or patience end."""
    began = time.process_time()
    finding = _refused(opening * 100_000)
    assert finding.code in ("too_deep", "not_yaml")
    assert time.process_time() - began < 2


def test_alias_bomb_is_refused() -> None:
    """Nine lists of nine aliases each stand for 9^9 values; counting stops the bomb early."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    finding = _refused("\n".join(lines))
    assert finding.code == "too_large"
    assert "aliases stand for more than 200000 values" in finding.message


@given(st.text(max_size=200) | st.text("[]{}:,-&*!?|>'\"#%@ \n\tab1", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, the reader gives a plain value or an InputError, and nothing else."""
    value: object = None
    with contextlib.suppress(InputError):
        value = parse_yaml(text, 64)
    assert value is None or isinstance(value, str | int | float | list | dict)
