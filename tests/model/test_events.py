"""Events as documents: strict, each kind with its own fields, every fault by its pointer."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from dispatch_engine.errors import InputError
from dispatch_engine.model.events import KINDS, TYPES, Event, Events

NOW = "2026-11-23T10:00:00+08:00"


def faults(*events: Any) -> list[tuple[str, str]]:
    """(pointer, code) of everything that is wrong."""
    with pytest.raises(InputError) as caught:
        Events.from_dict({"now": NOW, "events": list(events)})
    return [(finding.pointer, finding.code) for finding in caught.value.findings]


def test_every_kind_is_in_the_union() -> None:
    """The words of ``type`` are those of the contract, each with its model."""
    assert TYPES == (
        "ticket_added",
        "ticket_cancelled",
        "ticket_changed",
        "visit_started",
        "visit_finished",
        "technician_delayed",
        "technician_absent",
        "technician_added",
        "part_used",
        "part_found_missing",
    )
    union = get_args(get_args(Event)[0])
    assert [get_args(option)[0] for option in union] == list(KINDS)


def test_an_unknown_kind_is_told_with_the_known_ones() -> None:
    """The message lists the words."""
    with pytest.raises(InputError, match="'type' must be one of ticket_added, ticket_cancelled"):
        Events.from_dict({"now": NOW, "events": [{"type": "ticket_lost"}]})
    assert faults({"type": "ticket_lost"}, 5) == [
        ("/events/0", "unknown_value"),
        ("/events/1", "unknown_value"),
    ]


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ({"type": "ticket_cancelled"}, ("/events/0/ticket", "missing_field")),
        ({"type": "ticket_cancelled", "ticket": "K1", "technician": "T1"}, ("/events/0/technician", "unknown_field")),
        ({"type": "visit_started", "ticket": "K1", "at": "10:00"}, ("/events/0/at", "bad_time")),
        ({"type": "visit_started", "ticket": "K1", "at": "2026-11-23T10:00:00"}, ("/events/0/at", "naive_time")),
        ({"type": "part_used", "technician": "T1", "part": "p", "quantity": 0},
         ("/events/0/quantity", "out_of_range")),
        ({"type": "technician_delayed", "technician": "T1"}, ("/events/0/minutes", "missing_field")),
        ({"type": "technician_delayed", "technician": "T1", "minutes": 5, "until": NOW},
         ("/events/0/minutes", "missing_field")),
        ({"type": "technician_absent", "technician": "T1", "from": NOW, "until": NOW},
         ("/events/0/until", "end_before_start")),
        ({"type": "ticket_added", "ticket": {"id": "K1"}}, ("/events/0/ticket/location", "missing_field")),
    ],
)  # fmt: skip
def test_faults_have_pointers(event: Any, fault: tuple[str, str]) -> None:
    """Place and code of what is wrong with one event."""
    assert fault in faults(event)


def test_events_read_back() -> None:
    """What was read can be written and read again; ``from`` keeps its name."""
    document = {
        "now": NOW,
        "events": [
            {
                "type": "technician_absent",
                "technician": "T1",
                "from": NOW,
                "until": "2026-11-23T12:00:00+08:00",
            }
        ],
    }
    read = Events.from_dict(document)
    assert Events.from_json(read.model_dump_json(by_alias=True)) == read
    assert '"from"' in read.model_dump_json(by_alias=True)
