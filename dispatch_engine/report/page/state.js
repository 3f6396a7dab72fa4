// What the reader has picked, shared by map, timeline and tables; and the one tooltip they all use.
const state = { technician: null, mark: null, lateOnly: false, hidden: new Set() };
const watchers = [];
const watch = (react) => watchers.push(react);

function change(part) {
  Object.assign(state, part);
  for (const react of watchers) react(state);
}

// Picking the picked technician again lets go.
function pickTechnician(index) {
  change({ technician: state.technician === index ? null : index, mark: null });
}

const pickStop = (index) => change({ technician: stops[index].technician, mark: `visit-${index}` });
const pickUnassigned = (index) => change({ technician: null, mark: `unassigned-${index}` });
const letGo = () => change({ technician: null, mark: null });

const ofTechnician = technicians.map(() => []);
stops.forEach((stop, index) => ofTechnician[stop.technician].push(index));

const tip = byId("tip");
let tipOwner = null;

// The content is made anew only for a new owner: a moving pointer must not be read aloud again and again.
function showTip(owner, makeContent, x, y) {
  if (owner !== tipOwner) tip.replaceChildren(makeContent());
  tipOwner = owner;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = x + 16 + box.width > innerWidth ? x - box.width - 12 : x + 16;
  const top = Math.min(y + 14, innerHeight - box.height - 8);
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, top)}px`;
}

function hideTip() {
  tip.hidden = true;
  tipOwner = null;
}

function card(title, badge, rows) {
  const lines = rows.filter(([, value]) => value != null && value !== "" && value !== false);
  return element("div", {},
    element("p", { class: "tip-title" }, element("strong", { dir: "auto" }, title), badge),
    element("dl", {}, lines.map(([label, value]) => [element("dt", {}, label), element("dd", { dir: "auto" }, value)])));
}

const badge = (stateName) => element("span", { class: `badge ${stateName}` }, STATES[stateName]);

function stopCard(index) {
  const stop = stops[index];
  const timed = stop.arrival != null;
  const crew = stops.filter((other) => other.ticket === stop.ticket && other !== stop).map((other) => person(other.technician));
  return card(`${stop.number} · ${stop.ticket}`, timed && badge(stop.state), [
    ["Customer", stop.name], ["Address", stop.address], ["Technician", person(stop.technician)], ["With", crew.join(", ")],
    ["Arrival", timed && moment(stop.arrival)], ["Service", timed && `${moment(stop.start)} – ${hourMinute(stop.end)}`],
    ["Deadline", stop.due != null && `${moment(stop.due)} (${slackWords(stop)})`],
    ["Confirm call", stop.call != null && moment(stop.call)],
    ["Drive", stop.travel != null && [minutes(stop.travel), stop.km != null && kilometres(stop.km)].filter(Boolean).join(", ")],
    ["Wait", stop.wait > 0 && minutes(stop.wait)],
    ["Kind", [stop.service, `${stop.priority} priority`, stop.mandatory && "mandatory", stop.pinned && words(stop.pinned)].filter(Boolean).join(", ")],
    ["First-visit fix", `${stop.fix} %${stop.missing ? `, not on board: ${stop.missing.join(", ")}` : ""}`],
    ...(stop.notes ?? []),
  ]);
}

function unassignedCard(index) {
  const ticket = unassigned[index];
  const mark = element("span", { class: "badge unassigned" }, "Unassigned");
  return card(ticket.ticket, mark, [
    ["Customer", ticket.name], ["Address", ticket.address],
    ["Kind", [ticket.service, `${ticket.priority} priority`, ticket.mandatory && "mandatory"].filter(Boolean).join(", ")],
    ["Deadline", ticket.due != null && moment(ticket.due)],
    ...ticket.reasons.slice(0, 3).map((reason) => ["Reason", reason.message || words(reason.code)]),
    ...(ticket.notes ?? []),
  ]);
}

function technicianCard(index) {
  const technician = technicians[index];
  const own = ofTechnician[index].map((stop) => stops[stop]);
  const driven = routes.filter((route) => route.technician === index);
  const total = (key) => driven.reduce((sum, route) => sum + (route[key] ?? 0), 0);
  const skills = Object.entries(technician.skills ?? {}).map(([name, level]) => `${name} ${level}`);
  return card(person(index), null, [
    ["Id", technician.name && technician.id], ["Visits", String(own.length)],
    ["Late", String(own.filter((stop) => stop.state === "late").length)],
    ["Drive", driven.length && driven.every((route) => route.minutes != null) && minutes(total("minutes"))],
    ["Distance", driven.length && driven.every((route) => route.km != null) && kilometres(total("km"))],
    ["Skills", skills.join(", ")], ["Certificates", technician.certifications?.join(", ")],
    ...(technician.notes ?? []),
  ]);
}
