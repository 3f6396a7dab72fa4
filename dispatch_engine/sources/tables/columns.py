"""The tables of a problem and their columns, under the names that need no mapping file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dispatch_engine.sources.tables.cells import Kind

TableName = Literal["tickets", "technicians", "calendar", "stock", "depots", "settings"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : header that is understood without a mapping.
    kind : what its cells hold.
    field : place of the value in the object that the row describes, as ``location/lat``; empty where the value
        only serves to read the row.
    meaning : sentence for the documentation.
    """

    name: str
    kind: Kind
    field: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table: a CSV file or a sheet.

    Attributes
    ----------
    name : its name; the CSV file and the sheet are called so, too.
    meaning : what a row is, for the documentation.
    columns : in the order of the template.
    needed : columns without which no row makes sense; one of each group is enough.
    """

    name: TableName
    meaning: str
    columns: tuple[Column, ...]
    needed: tuple[tuple[str, ...], ...]

    @property
    def file_name(self) -> str:
        """The usual name of the CSV file."""
        return f"{self.name}.csv"

    @property
    def sheet_name(self) -> str:
        """The usual name of the sheet."""
        return self.name.capitalize()

    def column(self, name: str) -> Column:
        """The column called ``name``."""
        return next(column for column in self.columns if column.name == name)


def _labels(thing: str) -> tuple[Column, ...]:
    return (
        Column("id", "text", "id", f"Id of the {thing}, unique."),
        Column("name", "text", "name", "Name for people."),
        Column("address", "text", "address", "Address for people."),
    )


def _location(field: str, where: str) -> tuple[Column, ...]:
    return (
        Column("lat", "number", f"{field}/lat", f"Latitude of {where}, WGS 84."),
        Column("lon", "number", f"{field}/lon", f"Longitude of {where}, WGS 84."),
        Column("matrix_index", "whole number", f"{field}/matrix_index", "Row of the travel matrix, from 0."),
    )


_SOMEWHERE = (("lat", "matrix_index"), ("lon", "matrix_index"))
_ATTRIBUTES = Column(
    "attributes", "object", "attributes", "Free object as JSON. Columns `attributes.word` add to it."
)


TICKETS = Table(
    "tickets",
    "a job at a customer",
    (
        *_labels("ticket"),
        *_location("location", "the customer"),
        Column(
            "date", "day", "", "Day of the times of day in this row; with `--day`, the day of the ticket."
        ),
        Column("zone", "text", "zone", "Zone of the SLA policy."),
        Column("service", "text", "service", "Kind of job, for people."),
        Column("priority", "text", "priority", "`low`, `normal`, `high` or `emergency`."),
        Column("urgency", "text", "urgency", "`24h`, `48h` or `72h`."),
        Column("fault", "text", "fault", "`simple` or `complex`."),
        Column("reported_at", "time", "reported_at", "When the customer reported the fault."),
        Column("appointment_at", "time", "appointment_at", "Agreed time."),
        Column("contacted_at", "time", "contacted_at", "When the customer was first contacted."),
        Column("due_at", "time", "due_at", "Arrival deadline of this ticket's own."),
        Column("time_windows", "windows", "time_windows", "When service may start."),
        Column("duration_minutes", "minutes", "duration_minutes", "Length of the service."),
        Column("setup_minutes", "minutes", "setup_minutes", "Setup before the service."),
        Column(
            "required_skills", "amounts", "required_skills", "Least level by skill; 1 where none is given."
        ),
        Column("required_certifications", "names", "required_certifications", "Certificates asked for."),
        Column("required_parts", "amounts", "required_parts", "Pieces used by part; 1 where none is given."),
        Column("likely_parts", "chances", "likely_parts", "Probability by part."),
        Column("required_tools", "names", "required_tools", "Tools that must be on board."),
        Column("required_technicians", "names", "required_technicians", "Ids, one of which does the job."),
        Column("preferred_technicians", "names", "preferred_technicians", "Ids of the preferred."),
        Column("excluded_technicians", "names", "excluded_technicians", "Ids of the excluded."),
        Column("required_tags", "names", "required_tags", "Tags that the technician must have."),
        Column("crew_size", "whole number", "crew_size", "Technicians needed at the same time."),
        Column("crew_skills", "text", "crew_skills", "`each` or `together`."),
        Column("after", "links", "after", "Ids of tickets that come first, or a JSON list with gaps."),
        Column("same_start_as", "text", "same_start_as", "Id of a ticket that starts at the same moment."),
        Column("same_technician_as", "text", "same_technician_as", "Id of a ticket of the same technician."),
        Column(
            "different_technician_from",
            "text",
            "different_technician_from",
            "Id of a ticket of another technician.",
        ),
        Column("mandatory", "yes or no", "mandatory", "Whether a plan without it is infeasible."),
        Column("unassigned_price", "number", "unassigned_price", "Price of leaving it out."),
        Column("outsource_price", "number", "outsource_price", "Price of a contractor."),
        Column("pinned_technician", "text", "pinned/technician", "Technician of a promised visit."),
        Column("pinned_status", "text", "pinned/status", "`committed`, `en_route`, `on_site` or `done`."),
        Column("pinned_arrival", "time", "pinned/arrival", "Promised or actual arrival."),
        Column("pinned_started_at", "time", "pinned/started_at", "Start of service."),
        Column("pinned_finished_at", "time", "pinned/finished_at", "End of service."),
        _ATTRIBUTES,
    ),
    (("id",), *_SOMEWHERE, ("duration_minutes",)),
)

TECHNICIANS = Table(
    "technicians",
    "someone who visits customers",
    (
        *_labels("technician"),
        *_location("start", "the place where shifts begin"),
        Column("end", "place", "end", "Where shifts end: `anywhere` or a place; empty: where they begin."),
        Column("skills", "amounts", "skills", "Level by skill; 1 where none is given."),
        Column("certifications", "certificates", "certifications", "Certificates and their last valid days."),
        Column("van_stock", "amounts", "van_stock", "Pieces by part; 1 where none is given."),
        Column(
            "restock_between_shifts",
            "yes or no",
            "restock_between_shifts",
            "Whether each shift begins with the full stock.",
        ),
        Column("tools", "names", "tools", "Tools carried."),
        Column("speed_factor", "number", "speed_factor", "2 drives twice as fast."),
        Column("profile", "text", "profile", "Named travel matrix."),
        Column("tags", "names", "tags", "Free words that tickets may ask for."),
        Column("service_area", "object", "service_area", "Area of work, as JSON."),
        Column("available_from", "time", "available_from", "Nothing departs or starts before this."),
        Column("current_location", "place", "current_location", "Where the technician is now."),
        Column("shift_days", "days", "", "Days of the usual shift: `2026-01-05..2026-01-09; 2026-01-12`."),
        Column("shift_start", "time of day", "", "Time of day at which the usual shift starts."),
        Column("shift_end", "time of day", "", "Time of day at which it ends, on the next day if not later."),
        Column("shift_breaks", "text", "", "Its breaks, as in the calendar: `11:30-13:30 30 min`."),
        Column("shift_max_tickets", "whole number", "", "Most tickets of the usual shift."),
        Column("shift_max_overtime_minutes", "minutes", "", "Overtime allowed after the usual shift."),
        _ATTRIBUTES,
    ),
    (("id",), *_SOMEWHERE),
)

CALENDAR = Table(
    "calendar",
    "a shift of a technician, a break in it, or time off",
    (
        Column("technician", "text", "", "Id of the technician."),
        Column("date", "day", "", "Day of the times of day in this row."),
        Column("kind", "text", "", "`shift` (if empty), `break`, `off` or `ignore`."),
        Column("start", "time", "start", "Start of the shift, the break or the time off."),
        Column("end", "end time", "end", "End; the next day if it is no later time of day."),
        Column("slack_minutes", "minutes", "", "How much earlier or later than `start` a break may start."),
        Column("max_overtime_minutes", "minutes", "max_overtime_minutes", "Overtime allowed after a shift."),
        Column("breaks", "breaks", "breaks", "Breaks of a shift: `11:30-13:30 30 min`."),
        Column("start_location", "place", "start_location", "Where this shift begins."),
        Column("end_location", "place", "end_location", "Where this shift ends, or `anywhere`."),
        Column("max_tickets", "whole number", "max_tickets", "Most tickets of the shift."),
        Column("max_driving_minutes", "minutes", "max_driving_minutes", "Most driving of the shift."),
        Column("max_work_minutes", "minutes", "max_work_minutes", "Most work of the shift."),
        Column("max_distance_km", "kilometres", "max_distance_km", "Most kilometres of the shift."),
    ),
    (("technician",),),
)

STOCK = Table(
    "stock",
    "pieces of a part, on a technician's van or in a depot",
    (
        Column("technician", "text", "", "Id of the technician whose van holds the part."),
        Column("depot", "text", "", "Id of the depot that holds it; give one of the two."),
        Column("part", "text", "", "Name of the part."),
        Column("quantity", "pieces", "", "Number of pieces; in a depot also `unlimited`."),
    ),
    (("part",), ("quantity",)),
)

DEPOTS = Table(
    "depots",
    "a place where vans load parts and tools",
    (
        *_labels("depot"),
        *_location("location", "the depot"),
        Column("date", "day", "", "Day of the times of day in this row."),
        Column("open", "windows", "open", "When it is open; empty: always."),
        Column("stock", "stock", "stock", "Pieces by part, each or all `unlimited`."),
        Column("restock_minutes", "minutes", "restock_minutes", "Minutes that loading takes."),
        _ATTRIBUTES,
    ),
    (("id",), *_SOMEWHERE),
)

SETTINGS = Table(
    "settings",
    "a value that belongs to the whole problem",
    (
        Column(
            "setting",
            "text",
            "",
            "Which one: `name`, `now`, `time_zone`, `policy`, or a path as `travel/detour_factor`. "
            "A row without it goes on with the value above.",
        ),
        Column("value", "anything", "", "Its value; what is neither text nor a number is written as JSON."),
    ),
    (("setting",), ("value",)),
)

TABLES = (TICKETS, TECHNICIANS, CALENDAR, STOCK, DEPOTS, SETTINGS)
"""All tables, in the order of the template."""

REQUIRED_TABLES: tuple[TableName, ...] = ("tickets", "technicians")
"""Tables that an import needs; they may be empty."""
