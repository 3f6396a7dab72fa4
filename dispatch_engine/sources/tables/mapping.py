"""The mapping file: own names of files, sheets and columns, units, constants, words, and how dates are written."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from dispatch_engine.model.base import Many, Model, Name, Text, refuse, shown, validate
from dispatch_engine.model.files import read_document
from dispatch_engine.model.zones import find_zone
from dispatch_engine.sources.tables.columns import TABLES, TableName
from dispatch_engine.sources.tables.manner import DateOrder, Unit

Scalar = str | int | float | bool
"""A constant of the mapping: read as if it stood in the cell."""

Encoding = Literal["utf-8", "cp1252", "gb18030"]
Decimal = Literal[".", ","]
RESERVED = ("technicians", "tickets", "depots")


class Dates(Model):
    """How dates are written."""

    order: DateOrder = Field(
        default="ymd", description="Order in dates that do not begin with the year: `dmy` or `mdy`."
    )
    serials: Literal[1900, 1904] | None = Field(
        default=None,
        description="Date system of serial numbers; null: the workbook's own, 1900 in CSV files.",
    )


class ColumnRule(Model):
    """Where the values of a column come from and how they are written. A text alone is the ``column``."""

    column: Name | None = Field(default=None, description="Your header; null: the usual name.")
    value: Scalar | None = Field(
        default=None, description="The same value for every row, instead of a column."
    )
    values: Annotated[dict[str, Scalar], Field(max_length=10_000)] | None = Field(
        default=None, description="Your words and what they mean here; other words stay as they are."
    )
    otherwise: Scalar | None = Field(
        default=None, description="Meaning of words that `values` does not list."
    )
    default: Scalar | None = Field(default=None, description="Value of empty cells.")
    unit: Unit | None = Field(
        default=None,
        description="Unit of plain numbers: `seconds`, `minutes`, `hours`; `metres`, `kilometres`, `miles`; "
        "`percent`.",
    )
    decimal: Decimal | None = Field(default=None, description="Decimal mark of this column.")
    separator: Annotated[str, Field(min_length=1, max_length=10)] | None = Field(
        default=None, description="What separates items in a cell; null: `;` or a line break."
    )
    each: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=1, description="Level or number of items that name none."
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.value is not None and (self.column is not None or self.values is not None):
            raise refuse("conflicting_fields", "excludes column and values; keep one of them", "value")
        if self.otherwise is not None and self.values is None:
            raise refuse("conflicting_fields", "needs values; list the words or use default", "otherwise")
        return self


def _as_rule(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


Rule = Annotated[ColumnRule, BeforeValidator(_as_rule, json_schema_input_type=ColumnRule | str)]


Words = Annotated[Many[Text], Field(min_length=1, max_length=1000)]


class TableMapping(Model):
    """Where a table stands and what its columns are called."""

    file: Name | None = Field(default=None, description="CSV file in the folder; null: as the table.")
    sheet: Name | None = Field(default=None, description="Sheet of the workbook; null: as the table.")
    header_row: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=1, description="Row of the headers; what stands above is not read."
    )
    columns: Annotated[dict[str, Rule], Field(max_length=200)] = Field(
        default_factory=dict, description="By column of this table: your header, or an object as below."
    )
    attributes: Annotated[dict[Name, Name], Field(max_length=100)] = Field(
        default_factory=dict, description="By word in `attributes`: your header."
    )
    other_columns: Literal["refuse", "ignore", "attributes"] = Field(
        default="refuse", description="What to do with columns that are not named here nor known."
    )
    only: dict[Name, Words] = Field(
        default_factory=dict, description="By your header: read only rows with one of these words."
    )


class Tables(Model):
    """The mapping of each table."""

    tickets: TableMapping = Field(default_factory=TableMapping, description="Jobs.")
    technicians: TableMapping = Field(default_factory=TableMapping, description="Technicians.")
    calendar: TableMapping = Field(default_factory=TableMapping, description="Shifts, breaks, time off.")
    stock: TableMapping = Field(default_factory=TableMapping, description="Parts on vans and in depots.")
    depots: TableMapping = Field(default_factory=TableMapping, description="Depots.")
    settings: TableMapping = Field(default_factory=TableMapping, description="Values of the whole problem.")

    @model_validator(mode="after")
    def _columns_exist(self) -> Self:
        for table in TABLES:
            known = [column.name for column in table.columns]
            for name in self.of(table.name).columns:
                if name not in known:
                    close = get_close_matches(name[:80], known, n=1)
                    cure = f"did you mean {shown(close[0])}?" if close else "docs/spreadsheets.md lists them"
                    message = f"is no column of the table {table.name}; {cure}"
                    raise refuse("unknown_field", message, table.name, "columns", name)
        return self

    def of(self, name: TableName) -> TableMapping:
        """The mapping of one table."""
        mapping: TableMapping = getattr(self, name)
        return mapping


class Mapping(Model):
    """A mapping file. Everything in it is optional."""

    time_zone: Name | None = Field(default=None, description="IANA name; zone of times without offset.")
    encoding: Encoding = Field(default="utf-8", description="Of CSV files: `utf-8`, `cp1252` or `gb18030`.")
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="Of CSV files; null: found out from the headers."
    )
    decimal: Decimal | None = Field(
        default=None,
        description="Decimal mark of numbers written as text; null: a point, and in files separated by `;` or "
        "tab also a comma.",
    )
    dates: Dates = Field(default_factory=Dates, description="How dates are written.")
    problem: dict[str, Any] = Field(
        default_factory=dict, description="Fields of the problem that stand in no table, as in its JSON."
    )
    tables: Tables = Field(default_factory=Tables, description="The tables.")

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        if value is not None and find_zone(value) is None:
            message = f"{shown(value)} is no IANA time zone; use a name as Asia/Shanghai"
            raise refuse("unknown_time_zone", message)
        return value

    @field_validator("problem")
    @classmethod
    def _not_from_tables(cls, value: dict[str, Any]) -> dict[str, Any]:
        for name in RESERVED:
            if name in value:
                raise refuse("conflicting_fields", "comes from the tables; remove it", name)
        return value

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Read a mapping from a YAML or JSON file. Raises InputError with all findings."""
        return validate(cls, read_document(path))

    @classmethod
    def from_dict(cls, document: object) -> Self:
        """Read a mapping from parsed YAML. Raises InputError with all findings."""
        return validate(cls, document)
