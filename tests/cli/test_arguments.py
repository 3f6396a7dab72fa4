"""Values of options: what is refused, and in which words."""

from __future__ import annotations

import pytest
import typer
from shell import TINY, call

from dispatch_engine.cli.arguments import number, whole

FORTY_DIGITS = "1234567890" * 4


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--time-limit", "0", "more than 0"),
        ("--time-limit", "-3", "more than 0"),
        ("--time-limit", "nan", "'nan' is out of range"),
        ("--time-limit", "inf", "'inf' is out of range"),
        ("--time-limit", "1e9", "at most 604,800"),
        ("--time-limit", FORTY_DIGITS, "out of range"),
        ("--time-limit", "soon", "'soon' is no number"),
        ("--iterations", "0", "from 1 to"),
        ("--iterations", "-1", "from 1 to"),
        ("--iterations", "1.5", "no whole number"),
        ("--iterations", FORTY_DIGITS, "out of range"),
        ("--seed", "-1", "from 0 to"),
        ("--seed", "nan", "no whole number"),
        ("--seed", FORTY_DIGITS, "out of range"),
        ("--seed", "[/x]", "'[/x]' is no whole number"),
        ("--workers", "0", "from 1 to 256"),
        ("--workers", "100000", "from 1 to 256"),
        ("--max-input-mb", "0", "more than 0"),
        ("--max-input-mb", "nan", "out of range"),
    ],
)
def test_bad_values_name_option_value_and_range(
    option: str, value: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bad value is a usage error (exit code 2) that names the option and what would be right."""
    outcome = call(capsys, "solve", TINY, f"{option}={value}")
    # The box around the message breaks its lines.
    words = " ".join(outcome.err.replace("│", " ").split())
    assert outcome.code == 2
    assert f"'{option}'" in words
    assert message in words


def test_readers_take_the_ends_of_their_ranges() -> None:
    """Limits belong to the range of whole numbers; a number lies above its lower limit."""
    assert whole(1, 5)("1") == 1
    assert whole(1, 5)("5") == 5
    assert number(0, 10, "seconds")("10") == 10.0
    with pytest.raises(
        typer.BadParameter, match="'0' is out of range; give a number of seconds, more than 0"
    ):
        number(0, 10, "seconds")("0")


def test_a_number_of_thousands_of_digits_is_shortened() -> None:
    """5,000 digits, which Python refuses to convert, are told by their ends."""
    with pytest.raises(typer.BadParameter, match=r"'99999999999999999999\.\.\.9999' \(5000 characters\)"):
        whole(0, 5)("9" * 5000)
