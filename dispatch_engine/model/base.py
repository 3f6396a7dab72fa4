"""The base of all models: strict and immutable, with bounded types, and errors told as findings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationError,
    model_serializer,
)
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from dispatch_engine.errors import MAX_LISTED, Finding, InputError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")

FOLDER = "folder"
"""Key of the validation context: the folder where relative paths start; absent where paths are refused."""

MAX_ATTRIBUTES_BYTES = 4096
MOST_FINDINGS = 10_000
"""More than that is not told one by one."""
FEW = 50
"""Of a document with more findings than that, so many items of each list and object are looked at again."""
EARLIEST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_INSTANT = datetime(2200, 1, 1, tzinfo=UTC)


class Model(BaseModel):
    """Immutable object of the public JSON: unknown fields, loose types and NaN are refused."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        serialize_by_alias=True,
    )

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed. Raises InputError where the result is bad."""
        fields = type(self).model_fields
        values = {fields[name].alias or name: getattr(self, name) for name in self.model_fields_set}
        return validate(type(self), {**values, **changes})


class Result(Model):
    """A model of the plan; null fields named in ``absent_when_none`` are left out of the JSON."""

    absent_when_none: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = handler(self)
        return {k: v for k, v in values.items() if v is not None or k not in self.absent_when_none}


def refuse(code: str, message: str, *at: str | int) -> PydanticCustomError:
    """The error to raise inside a validator.

    Parameters
    ----------
    code : stable code of the finding.
    message : what is wrong and what to do.
    at : the rest of the pointer, from the value under validation to the culprit.
    """
    return PydanticCustomError("finding", "{message}", {"code": code, "message": message, "at": at})


def refuse_all(error: InputError) -> PydanticCustomError:
    """The error to raise inside a validator for findings made below its value."""
    return PydanticCustomError("findings", "{message}", {"message": str(error), "findings": error.findings})


# ---------------------------------------------------------------- bounded types

Many = Annotated[tuple[T, ...], Strict(False)]
"""List in the JSON, tuple in Python: ``Strict(False)`` lets the parsed list in, its items stay strict."""

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Id or name: 1 to 200 characters, no control characters, no lone surrogates."""

Text = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
"""Free text for people, such as an address."""


def _at_most_three_decimals(value: float) -> float:
    if abs(value * 1000 - round(value * 1000)) > 1e-6 * max(1.0, abs(value)):
        raise refuse("out_of_range", f"{value!r} has more than 3 decimals; round it to 3")
    return value


ThreeDecimals = AfterValidator(_at_most_three_decimals)
Weight = Annotated[float, Field(ge=0, le=1e6), ThreeDecimals]
"""SLA points: 0 to 1,000,000 with at most 3 decimals, so that sums in thousandths are exact."""
Price = Annotated[float, Field(ge=0, le=1e9), ThreeDecimals]
"""Price: 0 to 1,000,000,000 with at most 3 decimals."""
Quantity = Annotated[int, Field(ge=0, le=1_000_000)]
"""Number of pieces of a part."""
Minutes = Annotated[float, Field(ge=0, le=1440)]
"""Minutes, 0 to one day."""
LongMinutes = Annotated[float, Field(ge=0, le=100_000)]
"""Minutes, 0 to about 69 days."""
Hours = Annotated[float, Field(gt=0, le=8760)]
"""Hours, more than 0 and at most a year."""
Percent = Annotated[float, Field(ge=0, le=100)]
"""Percentage, 0 to 100."""

# ---------------------------------------------------------------- times

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME_CURE = "write it as 2026-11-23T08:00:00+08:00"


def parse_instant(value: object) -> datetime:
    """An aware datetime from an RFC 3339 string with an offset (or an aware datetime, from Python).

    Raises
    ------
    PydanticCustomError
        With code ``wrong_type``, ``naive_time``, ``bad_time`` or ``out_of_range``.
    """
    if isinstance(value, str):
        moment = _instant_of_text(value)
    elif isinstance(value, datetime):
        moment = value
    else:
        raise refuse("wrong_type", f"{shown(value)} is no time; {_TIME_CURE}")
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise refuse("naive_time", f"{shown(value)} has no offset; {_TIME_CURE}")
    if not EARLIEST_INSTANT <= moment < LATEST_INSTANT:
        raise refuse("out_of_range", f"{shown(value)} lies outside the years 1970 to 2199")
    return moment


def _instant_of_text(text: str) -> datetime:
    if _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper())
        except ValueError:
            hint = "; leap seconds do not exist here" if text[17:19] == "60" else ""
            raise refuse("bad_time", f"{shown(text)} is no moment of the calendar and clock{hint}") from None
    if _NAIVE.fullmatch(text):
        raise refuse("naive_time", f"{shown(text)} has no offset; {_TIME_CURE}")
    raise refuse("bad_time", f"{shown(text)} is no RFC 3339 time; {_TIME_CURE}")


def _parse_date(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise refuse("wrong_type", f"{shown(value)} is no date; write it as 2027-03-31")
    if _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise refuse("bad_time", f"{shown(value)} is no day of the calendar; write it as 2027-03-31")


Instant = Annotated[datetime, BeforeValidator(parse_instant)]
"""Moment with its offset, between 1970 and 2199."""
Day = Annotated[date, BeforeValidator(_parse_date)]
"""Day of the calendar."""

# ---------------------------------------------------------------- free attributes


def _check_attributes(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise refuse("bad_id", "holds a lone surrogate, which is no text; remove it") from None
    except ValueError:
        raise refuse("not_finite", "holds NaN or Infinity; use null or a number") from None
    except (TypeError, RecursionError):
        raise refuse("wrong_type", "holds a value that JSON does not know") from None
    if size > MAX_ATTRIBUTES_BYTES:
        raise refuse(
            "too_large", f"has {size} bytes as JSON, more than {MAX_ATTRIBUTES_BYTES}; keep what reports need"
        )
    return value


Attributes = Annotated[dict[str, Any], AfterValidator(_check_attributes)]
"""Free object of at most 4 KB, ignored by all rules and echoed in plans and reports."""


# ---------------------------------------------------------------- validation

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], document: object, folder: Path | None = None) -> M:
    """Read ``document`` (parsed JSON, or Python objects) as ``model``.

    Parameters
    ----------
    folder : where relative paths in the document start; None refuses all paths.

    Raises
    ------
    InputError
        With everything that is wrong; of more than ``MOST_FINDINGS`` things, with examples.
    """
    context = {} if folder is None else {FOLDER: folder}
    try:
        return model.model_validate(document, context=context)
    except ValidationError as error:
        count = error.error_count()
        # Each finding takes more than a kilobyte while it is told: a million of them would be an attack.
        raise InputError(
            _findings(error) if count <= MOST_FINDINGS else _examples(model, document, context, count)
        ) from None


def _examples(model: type[M], document: object, context: dict[str, Any], count: int) -> Iterator[Finding]:
    """A word about how many there are, and findings in the first parts of every list and object."""
    yield _more(f"{count:,}")
    try:
        model.model_validate(_beginnings(document), context=context)
    except ValidationError as error:
        yield from limited(_findings(error))
    except InputError as error:
        yield from limited(error.findings)


def _beginnings(value: object) -> object:
    """``value`` with no more than the first ``FEW`` items of every list and object; places stay the same."""
    if isinstance(value, dict):
        return {key: _beginnings(item) for key, item in islice(value.items(), FEW)}
    if isinstance(value, list | tuple):
        return [_beginnings(item) for item in islice(value, FEW)]
    return value


def limited(findings: Iterable[Finding]) -> Iterator[Finding]:
    """At most ``MOST_FINDINGS`` findings, and if there are more a word about it."""
    for number, finding in enumerate(findings):
        if number == MOST_FINDINGS:
            yield _more(f"more than {MOST_FINDINGS:,}")
            return
        yield finding


def _more(number: str) -> Finding:
    return Finding(
        "", "too_many_findings", f"has {number} things that are wrong; correct those told here first"
    )


def _findings(error: ValidationError) -> Iterator[Finding]:
    for number, detail in enumerate(error.errors(include_url=False)):
        place = pointer(_real_parts(detail))
        for inner in detail.get("ctx", {}).get("findings", ()):
            yield Finding(place + inner.pointer, inner.code, inner.message)
        if detail["type"] == "extra_forbidden":
            yield Finding(place, "unknown_field", _unknown_field(str(detail["loc"][-1]), number))
        elif detail["type"] != "findings":
            code, message, at = _told(detail)
            yield Finding(place + pointer(at), code, message)


def pointer(parts: tuple[str | int, ...]) -> str:
    """JSON pointer (RFC 6901) of a path; what cannot be printed is escaped."""
    return "".join("/" + _printable(str(p), 80).replace("~", "~0").replace("/", "~1") for p in parts)


def shown(value: object) -> str:
    """A value for a message: at most 80 printable characters, containers only by their size."""
    if isinstance(value, str):
        return f"'{_printable(value, 78)}'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) >= 10**40:
        return "an integer of more than 40 digits"
    if isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, dict):
        return f"an object with {len(value)} fields"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def _printable(text: str, limit: int) -> str:
    short = text if len(text) <= limit else text[: limit - 3] + "..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)[:limit]


def _real_parts(detail: ErrorDetails) -> tuple[str | int, ...]:
    """The error's path without what pydantic adds for unions (``<...>``) and keys (``[key]``)."""
    parts = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return (*_without_tags(parts[:-1]), parts[-1])
    return _without_tags(parts[:-1] if parts and parts[-1] == "[key]" else parts)


def _without_tags(parts: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(part for part in parts if not (isinstance(part, str) and re.fullmatch(r"<[a-z ]+>", part)))


_RANGE = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_TYPES = {
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "tuple_type": "a list",
    "int_from_float": "a whole number",
}


def _told(detail: ErrorDetails) -> tuple[str, str, tuple[str | int, ...]]:
    """Code, message and rest of the pointer for one error of pydantic."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "finding":
        return context["code"], context["message"], context["at"]
    if kind == "missing":
        return "missing_field", "is required and missing; add it", ()
    if kind in _RANGE:
        key, words = _RANGE[kind]
        return "out_of_range", f"{shown(value)} is out of range; it must be {words} {context[key]:g}", ()
    if kind in _TYPES:
        return "wrong_type", f"{shown(value)} has the wrong type; it must be {_TYPES[kind]}", ()
    if kind == "literal_error":
        return "unknown_value", f"{shown(value)} is not known; use {context['expected']}", ()
    if kind == "finite_number":
        return "not_finite", f"{shown(value)} is no finite number; give a number or leave the field out", ()
    if kind in ("string_pattern_mismatch", "string_unicode"):
        return "bad_id", f"{shown(value)} holds control characters or lone surrogates; remove them", ()
    if kind in ("too_long", "too_short", "string_too_long", "string_too_short"):
        return "out_of_range", _wrong_length(kind, value, context), ()
    return "wrong_type", f"{shown(value)}: {detail['msg']}", ()


def _wrong_length(kind: str, value: object, context: dict[str, Any]) -> str:
    unit = "characters" if kind.startswith("string") else "entries"
    limit = (
        f"at most {context['max_length']}" if kind.endswith("long") else f"at least {context['min_length']}"
    )
    return f"{shown(value)} must have {limit} {unit}"


def _unknown_field(name: str, number: int) -> str:
    # To look for what was meant takes a millisecond, and nobody reads it of a thousand fields.
    close = get_close_matches(name[:80], _all_field_names(), n=1) if number < MAX_LISTED else ()
    return f"is no field; did you mean '{close[0]}'?" if close else "is no field; remove it"


@lru_cache(maxsize=1)
def _all_field_names() -> tuple[str, ...]:
    names: set[str] = set()
    models: list[type[BaseModel]] = [Model]
    while models:
        model = models.pop()
        models.extend(model.__subclasses__())
        names.update(field.alias or name for name, field in model.model_fields.items())
    return tuple(sorted(names))
