// The timeline: a row per technician, drawn as SVG; drives, waits, services, breaks and overtime to scale.
const ROW = 32;
const LABELS = 190;
const MINIMAL_ZOOM = 26;
const GEOMETRY = { travel: [13, 6], wait: [11, 10], break: [7, 18], depot: [6, 20], service: [4, 24], overtime: [ROW - 4, 4] };
const BAR_WORDS = { travel: "Drive", wait: "Wait", break: "Break", depot: "Depot", overtime: "Overtime" };
let zoom = null;
let timelineRows = [];

const routesOf = (index) => routes.filter((route) => route.technician === index);

function barLabel(stop, width) {
  if (width < 12) return null;
  // Half an id would be another ticket's id: it is written whole or not at all.
  const full = `${stop.number}  ${stop.ticket}`;
  const fits = full.length * 6.6 + 16 < width;
  return svg("text", { x: width / 2, y: 12.5, class: "bar-label" }, fits ? full : String(stop.number));
}

// Lateness shows in the shape as well: a white triangle, an amber visit has a notched corner.
function stateShape(stop, width) {
  if (stop.state === "late" && width >= 9) return svg("path", { class: "bar-flag", d: "M2 10 8 10 5 4.5Z" });
  if (stop.state === "due_soon" && width >= 9) return svg("path", { class: "bar-flag", d: "M0 0H9L0 9Z" });
  return null;
}

function drawBar([kind, from, to, visit], scale, colour) {
  const left = scale.x(from);
  const width = Math.max(1, scale.x(to) - left);
  const [top, height] = GEOMETRY[kind];
  const stop = kind === "service" ? stops[visit] : null;
  const shape = svg("rect", { class: `bar ${kind} ${stop ? stop.state : ""}`, width, height, rx: kind === "travel" ? 0 : 3 });
  if (kind === "travel") shape.setAttribute("fill", colour);
  const group = svg("g", { transform: `translate(${left.toFixed(1)} ${top})`, "data-kind": kind, "data-from": from, "data-to": to, "data-visit": visit }, shape);
  if (stop) fill(group, {}, [stateShape(stop, width), barLabel(stop, width)]);
  if (kind === "depot" && width >= 12) group.append(svg("text", { class: "bar-label", x: width / 2, y: 10.5 }, "D"));
  return group;
}

function drawDeadline(stop, scale) {
  if (stop.due == null || !scale.holds(stop.due)) return null;
  const x = scale.x(stop.due);
  return svg("g", { class: `deadline ${stop.state}` },
    svg("line", { x1: scale.x(stop.arrival), x2: x, y1: ROW - 2, y2: ROW - 2 }),
    svg("line", { x1: x, x2: x, y1: 1, y2: ROW - 1 }),
    svg("path", { d: `M${x} 1h8l-2.5 3 2.5 3h-8z` }),
    svg("text", { x: x + 10, y: 6 }, `${stop.number}`));
}

function drawRow(index, scale) {
  const technician = technicians[index];
  const own = ofTechnician[index];
  const late = own.filter((stop) => stops[stop].state === "late").length;
  const count = own.length ? (late ? `▲ ${late} / ${own.length}` : String(own.length)) : "–";
  const label = element("button", { type: "button", class: "row-label", "data-technician": index, "aria-pressed": "false",
    "aria-label": `${person(index)}: ${plural(own.length, "visit")}, ${late} late` },
    swatch(technician.colour), element("span", { class: "who", dir: "auto" }, person(index)),
    element("span", { class: late ? "count late" : "count" }, count));
  const shifts = technician.shifts.map(([from, to]) =>
    svg("rect", { class: "shift", x: scale.x(from), y: 0, width: scale.x(to) - scale.x(from), height: ROW }));
  const chart = svg("svg", { class: "row-chart", width: scale.width, height: ROW, "aria-hidden": "true" }, shifts, drawCuts(scale),
    svg("g", { class: "hours" }, scale.lines.map((line) => line.cloneNode())),
    routesOf(index).map((route) => route.bars.map((bar) => drawBar(bar, scale, technician.colour))),
    svg("g", { class: "deadlines" }));
  const row = element("div", { class: "row" }, label, chart);
  return { row, label, chart, deadlines: chart.lastChild };
}

// Idle time is cut out of the axis; the strip says that something is missing there.
const drawCuts = (scale) => scale.pieces.slice(1).map((piece) =>
  svg("rect", { class: "cut", x: piece.left - CUT_WIDTH + 2, y: -1, width: CUT_WIDTH - 4, height: ROW + 2 }));

function drawAxis(scale) {
  const marksOfHours = hourMarks(scale);
  const line = ({ x, midnight }) => svg("line", { class: midnight ? "midnight" : "hour", x1: x.toFixed(1), x2: x.toFixed(1), y1: 0, y2: ROW });
  scale.lines = marksOfHours.map(line);
  const labels = marksOfHours.filter((mark) => mark.labelled).map((mark) => svg("text", { x: mark.x + 3, y: 27 }, hourMinute(mark.at)));
  const days = scale.pieces.flatMap((piece) => {
    const starts = marksOfHours.filter((mark) => mark.midnight && mark.at > piece.from && mark.at < piece.to).map((mark) => mark.at);
    return [piece.from, ...starts].map((at) => svg("text", { class: "day", x: scale.x(at) + 3, y: 12 }, dayName(at)));
  });
  return element("div", { class: "row axis" }, element("span", { class: "row-label" }, "Technician"),
    svg("svg", { class: "row-chart", width: scale.width, height: ROW, "aria-hidden": "true" },
      marksOfHours.map((mark) => svg("line", { class: "hour", x1: mark.x, x2: mark.x, y1: mark.labelled ? 15 : 24, y2: ROW })), days, labels));
}

let scaleNow = null;

function drawTimeline(width = byId("timeline").clientWidth) {
  const fit = Math.max(MINIMAL_ZOOM, fittingZoom(width - LABELS - 30));
  const scale = timeScale(zoom == null ? fit : zoom);
  scaleNow = scale;
  const head = drawAxis(scale);
  timelineRows = technicians.map((_, index) => drawRow(index, scale));
  byId("timeline").replaceChildren(head, ...timelineRows.map(({ row }) => row));
  paintTimeline();
}

function showDeadlines(index, visits) {
  const { deadlines } = timelineRows[index];
  deadlines.replaceChildren(...visits.map((visit) => drawDeadline(stops[visit], scaleNow)).filter(Boolean));
}

function paintTimeline() {
  timelineRows.forEach(({ row, label, chart }, index) => {
    row.classList.toggle("pale", state.technician != null && state.technician !== index);
    row.classList.toggle("picked", state.technician === index);
    label.setAttribute("aria-pressed", String(state.technician === index));
    for (const bar of chart.querySelectorAll(".emphasised")) bar.classList.remove("emphasised");
    showDeadlines(index, state.technician === index ? ofTechnician[index] : []);
  });
  const [kind, visit] = (state.mark ?? "").split("-");
  if (kind === "visit") barOf(Number(visit))?.classList.add("emphasised");
}

const barOf = (visit) => byId("timeline").querySelector(`g[data-kind="service"][data-visit="${visit}"]`);

function barCard(bar) {
  const { kind, from, to, visit } = bar.dataset;
  if (kind === "service") return stopCard(Number(visit));
  const target = stops[Number(visit)];
  return card(BAR_WORDS[kind], null, [
    ["From", moment(Number(from))], ["To", moment(Number(to))], ["Length", minutes((to - from) / 60)],
    ["Before", target && `${target.number} · ${target.ticket}`]]);
}

function hearTimeline() {
  const box = byId("timeline");
  box.addEventListener("pointermove", (event) => {
    const bar = event.target.closest("g[data-kind]");
    if (!bar) return leaveBar();
    showTip(bar, () => barCard(bar), event.clientX, event.clientY);
    const visit = Number(bar.dataset.visit);
    if (visit >= 0 && stops[visit].technician !== state.technician) {
      leaveDeadline();
      hovered = stops[visit].technician;
      showDeadlines(hovered, [visit]);
    }
  });
  box.addEventListener("pointerleave", leaveBar);
  box.addEventListener("click", (event) => {
    const bar = event.target.closest("g[data-kind]");
    const label = event.target.closest("button[data-technician]");
    if (bar && Number(bar.dataset.visit) >= 0) pickStop(Number(bar.dataset.visit));
    else if (label) pickTechnician(Number(label.dataset.technician));
  });
  box.addEventListener("keydown", walkTimeline);
  box.addEventListener("focusout", hideTip);
}

let hovered = null;
function leaveDeadline() {
  if (hovered != null && hovered !== state.technician) showDeadlines(hovered, []);
  hovered = null;
}
function leaveBar() {
  hideTip();
  leaveDeadline();
}

// Up and down move between technicians, left and right through the visits of one.
function walkTimeline(event) {
  const at = Number(event.target.dataset.technician);
  if (Number.isNaN(at)) return;
  const rows = { ArrowUp: at - 1, ArrowDown: at + 1 };
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key in rows) timelineRows[rows[event.key]]?.label.focus();
  else if (event.key in steps) stepVisit(at, steps[event.key]);
  else return;
  event.preventDefault();
}

function stepVisit(technician, step) {
  const own = ofTechnician[technician];
  if (!own.length) return;
  const now = own.indexOf(Number((state.mark ?? "").split("-")[1]));
  const next = own[now < 0 ? (step > 0 ? 0 : own.length - 1) : (now + step + own.length) % own.length];
  pickStop(next);
  const bar = barOf(next);
  if (!bar) return;
  bar.scrollIntoView({ block: "nearest", inline: "nearest" });
  const box = bar.getBoundingClientRect();
  showTip(bar, () => stopCard(next), box.right, box.bottom);
}

function drawTimelineLegend() {
  const sample = (name, extra = {}) => svg("svg", { class: "shape", viewBox: "0 0 20 14", width: 20, height: 14, "aria-hidden": "true" },
    svg("rect", { class: `bar ${name}`, x: 0, y: name === "travel" ? 5 : 1, width: 20, height: name === "travel" ? 5 : 12, rx: 2, ...extra }),
    name.endsWith("late") && svg("path", { class: "bar-flag", d: "M6 10.5 14 10.5 10 3.5Z" }),
    name.endsWith("due_soon") && svg("path", { class: "bar-flag", d: "M0 1H8L0 9Z" }));
  const entries = [["service on_time", "on time"], ["service due_soon", "less than 30 min left"], ["service late", "late"],
    ["travel", "drive", { fill: "#1f6fb4" }], ["wait", "wait"], ["break", "break"], ["overtime", "overtime"]];
  if (depots.length) entries.push(["depot", "depot"]);
  byId("timeline-legend").append(...entries.map(([name, label, extra]) => element("li", {}, sample(name, extra), label)));
}

function startTimeline() {
  const note = byId("timeline-note");
  const timed = routes.some((route) => route.bars.length);
  if (!axis.length || (routes.length && !timed)) {
    note.hidden = false;
    note.textContent = axis.length ? "This plan gives no times; let the engine compute them to see the bars." : "No shifts, so there is nothing to draw.";
  }
  if (!axis.length) { byId("timeline").hidden = true; return; }
  drawTimelineLegend();
  drawTimeline();
  hearTimeline();
  watch(paintTimeline);
  const zoomTo = (value) => { zoom = value && Math.min(600, Math.max(8, value)); drawTimeline(); };
  byId("zoom-in").addEventListener("click", () => zoomTo(scaleNow.pixelsPerHour * 1.5));
  byId("zoom-out").addEventListener("click", () => zoomTo(scaleNow.pixelsPerHour / 1.5));
  byId("zoom-fit").addEventListener("click", () => zoomTo(null));
  let waiting = 0;
  addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(drawTimeline, 120); });
  // Paper has its own width; the zoom of the screen would cut the afternoon off.
  let kept = null;
  addEventListener("beforeprint", () => { kept = zoom; zoom = fittingZoom(1000 - LABELS); drawTimeline(); });
  addEventListener("afterprint", () => { zoom = kept; drawTimeline(); });
}
