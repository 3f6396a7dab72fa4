"""YAML 1.2 read into plain values, event by event: no recursion or tags, few aliases, times stay strings."""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dispatch_engine.errors import Finding, InputError
from dispatch_engine.model.base import pointer, shown

MAX_ALIASED_VALUES = 200_000
"""So many values may come from aliases, counted where they are used: stops alias bombs."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}


def parse_yaml(text: str, max_depth: int) -> object:
    """Parse one YAML document.

    Raises
    ------
    InputError
        Codes ``not_yaml``, ``too_deep``, ``duplicate_key``.
    """
    builder = _Builder(max_depth)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.YAMLError as error:
        raise InputError.of("", "not_yaml", f"is not YAML: {_one_line(error)}") from None
    except UnicodeEncodeError:
        raise InputError.of("", "not_yaml", "is not YAML: it holds a lone surrogate") from None
    if builder.findings:
        raise InputError(builder.findings)
    return builder.document


class _Open:
    """A list or an object whose end has not come yet."""

    def __init__(self, values: list[object] | dict[str, object], anchor: str | None) -> None:
        self.values = values
        self.anchor = anchor
        self.key: str | None = None
        self.size = 1

    def place(self) -> str | int:
        """Key or index of the value that comes next."""
        return len(self.values) if isinstance(self.values, list) else self.key or ""


class _Builder:
    """Turns events into one document."""

    def __init__(self, max_depth: int) -> None:
        self.document: object = None
        self.findings: list[Finding] = []
        self._max_depth = max_depth
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._aliased = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        """Handle the next event."""
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._open({} if isinstance(event, MappingStartEvent) else [], event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._close()
        elif isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._error(event, "not_yaml", "holds several documents; keep one")

    def _scalar(self, event: Any) -> None:
        self._refuse_tag(event)
        if self._awaits_key():
            self._take_key(event.value)
            return
        plain = event.style in (None, "") and event.tag is None
        value = _resolved(event.value) if plain else event.value
        self._add(value, 1, event.anchor)

    def _open(self, values: list[object] | dict[str, object], event: Any) -> None:
        self._refuse_tag(event)
        if self._awaits_key():
            raise self._error(event, "not_yaml", "uses a list or an object as a key; use text")
        if len(self._stack) >= self._max_depth:
            message = f"lists and objects nest deeper than {self._max_depth}; flatten the data"
            raise self._error(event, "too_deep", message)
        self._stack.append(_Open(values, event.anchor))

    def _close(self) -> None:
        done = self._stack.pop()
        self._add(done.values, done.size, done.anchor)

    def _alias(self, event: Any) -> None:
        if self._awaits_key():
            raise self._error(event, "not_yaml", "uses an alias as a key; use text")
        # An anchor is known only once its value is complete: a value cannot contain itself.
        if event.anchor not in self._anchors:
            raise self._error(
                event, "not_yaml", f"alias {shown(event.anchor)} has no complete anchor before it"
            )
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED_VALUES:
            message = f"aliases stand for more than {MAX_ALIASED_VALUES} values; write them out"
            raise self._error(event, "too_large", message)
        self._add(value, size, None)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].values, dict) and self._stack[-1].key is None

    def _take_key(self, key: str) -> None:
        parent = self._stack[-1]
        assert isinstance(parent.values, dict)
        if key in parent.values:
            at = (*(level.place() for level in self._stack[:-1]), key)
            self.findings.append(
                Finding(pointer(at), "duplicate_key", f"{shown(key)} is given twice; keep one")
            )
        parent.key = key

    def _add(self, value: object, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        if not self._stack:
            self.document = value
            return
        parent = self._stack[-1]
        parent.size += size
        if isinstance(parent.values, list):
            parent.values.append(value)
        else:
            assert parent.key is not None
            parent.values[parent.key] = value
            parent.key = None

    def _refuse_tag(self, event: Any) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._error(event, "not_yaml", f"uses the tag {shown(event.tag)}; remove it")

    def _error(self, event: Any, code: str, message: str) -> InputError:
        inner = self._stack[:-1] if self._awaits_key() else self._stack
        places = (level.place() for level in inner)
        return InputError.of(pointer(tuple(places)), code, f"{message} ({_where(event.start_mark)})")


def _resolved(text: str) -> object:
    """The value of a plain scalar in the YAML 1.2 core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _integer(text: str) -> object:
    try:
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    except ValueError:
        # Python refuses to convert thousands of digits; as infinity it is refused where it stands.
        return float("inf")


def _where(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}"


def _one_line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{problem} at {_where(mark)}" if mark is not None else str(problem)
