// The tables: every visit, and every ticket without one with the reasons; both sort by any column.
const PRIORITIES = ["low", "normal", "high", "emergency"];
const NO_VALUE = Symbol("no value sorts last");

// columns: {label, value(row) to sort by, cell(row, line) to show, numeric, free, lined, look}. A row may take several
// lines (row.lines); lined columns have a cell in each of them, the others one cell that spans them all.
function sortableTable(box, caption, columns, rowAttributes) {
  const body = element("tbody");
  const sorting = { column: null, direction: 1 };
  const heads = columns.map((column, index) => element("th", { scope: "col", class: column.numeric ? "numeric" : null },
    element("button", { type: "button", click: () => sortBy(index) }, column.label)));
  let rows = [];
  function sortBy(index) {
    sorting.direction = sorting.column === index ? -sorting.direction : 1;
    sorting.column = index;
    heads.forEach((head, at) => (at === index
      ? head.setAttribute("aria-sort", sorting.direction > 0 ? "ascending" : "descending") : head.removeAttribute("aria-sort")));
    show(rows);
  }
  function sorted() {
    if (sorting.column == null) return rows;
    const value = (row) => columns[sorting.column].value(row) ?? NO_VALUE;
    return [...rows].sort((a, b) => sorting.direction * compare(value(a), value(b)));
  }
  function show(newRows) {
    rows = newRows;
    body.replaceChildren(...sorted().flatMap((row) => Array.from({ length: row.lines ?? 1 }, (_, line) => drawLine(row, line))));
  }
  function drawLine(row, line) {
    const cells = columns.filter((column) => column.lined || line === 0).map((column) => element("td", {
      class: [column.numeric && "numeric", column.look, line > 0 && "more"].filter(Boolean).join(" ") || null,
      dir: column.free ? "auto" : null, rowspan: !column.lined && row.lines > 1 ? row.lines : null }, column.cell(row, line)));
    return element("tr", rowAttributes(row), cells);
  }
  box.append(element("table", {}, element("caption", {}, caption), element("thead", {}, element("tr", {}, heads)), body));
  return show;
}

function compare(a, b) {
  if (a === NO_VALUE || b === NO_VALUE) return (a === NO_VALUE) - (b === NO_VALUE);
  return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

const column = (label, value, cell, more = {}) => ({ label, value, cell: (row, line) => cell(row, line) ?? "–", ...more });
const numeric = { numeric: true };
const free = { free: true, look: "short" };
const lined = { lined: true };
const reasonWords = (reason) => reason?.message && element("span", { class: "clamp why", dir: "auto" }, reason.message);
const reasonCode = (reason) => reason && element("code", {}, words(reason.code));
const pickButton = (text, pick) => element("button", { type: "button", class: "link", dir: "auto", click: pick }, text);

function stateCell(stop) {
  if (stop.state == null) return "–";
  return element("span", { class: `badge ${stop.state}` }, STATES[stop.state]);
}

const customer = (ticket) => [
  ticket.name && element("span", { class: "clamp", dir: "auto" }, ticket.name),
  ticket.address && element("span", { class: "clamp address", dir: "auto" }, ticket.address),
];

function visitColumns() {
  const hasCustomer = stops.some((stop) => stop.name || stop.address);
  const at = (key) => column({ arrival: "Arrival", start: "Start", end: "End", due: "Deadline" }[key],
    ({ stop }) => stop[key], ({ stop }) => moment(stop[key]), numeric);
  return [
    column("Technician", ({ stop }) => person(stop.technician), ({ stop }) => [swatch(technicians[stop.technician].colour), " ", person(stop.technician)], free),
    column("#", ({ stop }) => stop.number, ({ stop }) => String(stop.number), numeric),
    column("Ticket", ({ stop }) => stop.ticket, ({ stop, index }) => pickButton(stop.ticket, () => pickStop(index)), free),
    hasCustomer && column("Customer", ({ stop }) => stop.name ?? stop.address, ({ stop }) => customer(stop), { look: "customer" }),
    column("Priority", ({ stop }) => PRIORITIES.indexOf(stop.priority), ({ stop }) => stop.priority),
    at("arrival"), at("start"), at("end"), at("due"),
    column("Slack", ({ stop }) => stop.slack, ({ stop }) => slackWords(stop), numeric),
    column("SLA", ({ stop }) => stop.state, ({ stop }) => stateCell(stop)),
    column("Drive", ({ stop }) => stop.travel, ({ stop }) => minutes(stop.travel), numeric),
    column("Distance", ({ stop }) => stop.km, ({ stop }) => kilometres(stop.km), numeric),
    column("Wait", ({ stop }) => stop.wait, ({ stop }) => (stop.wait > 0 ? minutes(stop.wait) : "–"), numeric),
    column("Fix", ({ stop }) => stop.fix, ({ stop }) => `${stop.fix} %`, numeric),
  ].filter(Boolean);
}

function drawVisits() {
  const rowAttributes = ({ index }) => ({ "data-visit": index, class: state.mark === `visit-${index}` ? "picked" : null });
  const show = sortableTable(byId("visits"), "Every visit of the plan", visitColumns(), rowAttributes);
  const select = byId("filter-technician");
  select.append(element("option", { value: "" }, "All technicians"),
    ...technicians.map((_, index) => ofTechnician[index].length > 0 && element("option", { value: index }, person(index))).filter(Boolean));
  select.addEventListener("change", () => (select.value === "" ? letGo() : change({ technician: Number(select.value), mark: null })));
  byId("filter-late").addEventListener("change", (event) => change({ lateOnly: event.target.checked }));
  const refresh = () => {
    select.value = state.technician == null ? "" : String(state.technician);
    const rows = stops.map((stop, index) => ({ stop, index })).filter(({ stop }) =>
      (state.technician == null || stop.technician === state.technician) && (!state.lateOnly || stop.state === "late"));
    show(rows);
    byId("visits-count").textContent = rows.length === stops.length ? plural(stops.length, "visit") : `${rows.length} of ${plural(stops.length, "visit")}`;
  };
  watch(refresh);
  refresh();
}


function unassignedColumns() {
  const hasCustomer = unassigned.some((ticket) => ticket.name || ticket.address);
  const first = (ticket) => ticket.reasons[0] ?? {};
  return [
    column("Ticket", ({ ticket }) => ticket.ticket, ({ ticket, index }) => pickButton(ticket.ticket, () => pickUnassigned(index)), free),
    hasCustomer && column("Customer", ({ ticket }) => ticket.name ?? ticket.address, ({ ticket }) => customer(ticket), { look: "customer" }),
    column("Priority", ({ ticket }) => PRIORITIES.indexOf(ticket.priority), ({ ticket }) => ticket.priority + (ticket.mandatory ? ", mandatory" : "")),
    column("Deadline", ({ ticket }) => ticket.due, ({ ticket }) => moment(ticket.due), numeric),
    column("Reason", ({ ticket }) => first(ticket).code, ({ ticket }, line) => reasonCode(ticket.reasons[line]), lined),
    column("Why", ({ ticket }) => first(ticket).message, ({ ticket }, line) => reasonWords(ticket.reasons[line]), { free: true, lined: true, look: "long" }),
    column("Technicians ruled out", ({ ticket }) => first(ticket).technicians,
      ({ ticket }, line) => ticket.reasons[line]?.technicians?.toString(), { numeric: true, lined: true }),
  ].filter(Boolean);
}

function drawUnassigned() {
  if (!unassigned.length) {
    byId("unassigned").append(element("p", { class: "note good" }, data.header.status.code === "unknown" && !stops.length
      ? "None listed." : "None: every ticket has a visit."));
    return;
  }
  byId("unassigned-title").textContent = `Unassigned tickets (${unassigned.length})`;
  const counts = new Map();
  for (const { reasons } of unassigned) if (reasons.length) counts.set(reasons[0].code, (counts.get(reasons[0].code) ?? 0) + 1);
  byId("reasons").append(...[...counts].sort((a, b) => b[1] - a[1]).map(([code, count]) =>
    element("li", {}, element("strong", {}, String(count)), ` ${words(code)}`)));
  const rowAttributes = ({ index }) => ({ "data-unassigned": index, class: state.mark === `unassigned-${index}` ? "picked" : null });
  const show = sortableTable(byId("unassigned"), "Tickets without a visit, and why", unassignedColumns(), rowAttributes);
  const refresh = () => show(unassigned.map((ticket, index) => ({ ticket, index, lines: Math.max(1, ticket.reasons.length) })));
  watch(refresh);
  refresh();
}
