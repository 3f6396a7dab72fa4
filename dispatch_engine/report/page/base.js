// The report's data, and the few helpers with which everything is drawn. Texts of tickets are written by
// strangers: they enter the page as text nodes only, never as markup.
const begun = performance.now();
const data = JSON.parse(document.getElementById("data").textContent);
const { zone, axis, technicians, routes, stops, unassigned, depots } = data;

const byId = (id) => document.getElementById(id);

// Children may be nodes or texts; absent ones (null, undefined, false) are skipped.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return node;
}

const element = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// Local time of the problem's zone, whatever the zone of the reader: a Date whose UTC fields are local.
function local(seconds) {
  let offset = 0;
  for (const [from, value] of zone.offsets) if (from <= seconds) offset = value;
  return new Date((zone.origin + seconds + offset) * 1000);
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const two = (number) => String(number).padStart(2, "0");
const dayKey = (seconds) => local(seconds).toISOString().slice(0, 10);
const firstDay = axis.length ? dayKey(axis[0][0]) : "";
const manyDays = axis.length > 0 && dayKey(axis[axis.length - 1][1] - 1) !== firstDay;

const hourMinute = (seconds) => `${two(local(seconds).getUTCHours())}:${two(local(seconds).getUTCMinutes())}`;
const dayName = (seconds) => `${WEEKDAYS[local(seconds).getUTCDay()]} ${local(seconds).getUTCDate()}`;

// The day is named where the plan has several, or where a deadline lies on another day.
function moment(seconds) {
  if (seconds == null) return "–";
  return manyDays || dayKey(seconds) !== firstDay ? `${dayName(seconds)} ${hourMinute(seconds)}` : hourMinute(seconds);
}

function minutes(value) {
  if (value == null) return "–";
  if (value >= 120) return `${Math.floor(value / 60)} h ${two(Math.floor(value % 60))}`;
  return value > 0 && value < 10 ? `${value.toFixed(1)} min` : `${Math.round(value)} min`;
}

const kilometres = (value) => (value == null ? "–" : `${value.toFixed(1)} km`);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const person = (index) => technicians[index].name || technicians[index].id;
const STATES = { on_time: "On time", due_soon: "Due soon", late: "Late", no_deadline: "No deadline" };
const words = (code) => code.replaceAll("_", " ");

function slackWords(stop) {
  if (stop.late > 0) return `${minutes(stop.late)} late`;
  return stop.slack == null ? "–" : `${minutes(stop.slack / 60)} left`;
}
