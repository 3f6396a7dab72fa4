"""Frames between the service and its children."""

from __future__ import annotations

import io

import pytest

from dispatch_engine.api.wire import read_bytes, read_message, write_bytes, write_message


def test_messages_and_bodies_arrive_in_order():
    """Whatever their content; then the stream is at its end."""
    stream = io.BytesIO()
    write_message(stream, {"a": 1, "text": "上海 \n"})
    write_bytes(stream, b"")
    write_bytes(stream, bytes(range(256)) * 300)
    stream.seek(0)
    assert read_message(stream) == {"a": 1, "text": "上海 \n"}
    assert read_bytes(stream) == b""
    assert read_bytes(stream) == bytes(range(256)) * 300
    assert read_bytes(stream) is None
    assert read_message(stream) is None


def test_the_length_comes_first():
    """Four bytes, the largest first: 2 bytes of JSON."""
    stream = io.BytesIO()
    write_message(stream, {})
    assert stream.getvalue() == b"\x00\x00\x00\x02{}"


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 9])
def test_a_frame_that_breaks_off_is_none(cut: int):
    """The writer died in the middle: in the length, or in the content."""
    stream = io.BytesIO()
    write_bytes(stream, b"123456")
    assert read_bytes(io.BytesIO(stream.getvalue()[:cut])) is None
