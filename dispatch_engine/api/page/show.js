// Writes figures, tables and refusals into the page; everything enters as text.

export const $ = (id) => document.getElementById(id);

const PHASES = {
  compile: "Compiling the engine",
  prepare: "Making the problem ready",
  construct: "Making a first plan",
  search: "Improving the plan",
  combine: "Recombining the best routes",
  prove: "Proving",
  bound: "Proving bounds",
  check: "Checking the plan",
};
const STATES = { queued: "busy", running: "busy", succeeded: "good", failed: "bad", cancelled: "" };

export function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}

export function make(name, words, kind) {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

export function show(id, is = true) {
  $(id).hidden = !is;
}

export function showState(state) {
  $("state").textContent = state;
  $("state").className = `pill ${STATES[state]}`;
  show("state");
  show("cancel", state === "queued" || state === "running");
}

// Modes without cost minutes have a field of their own beside them.
export function costOf(amounts) {
  return amounts.cost_cents ?? amounts.working_minutes ?? amounts.cost_minutes ?? null;
}

export function showProgress(progress, limit) {
  $("phase").textContent = PHASES[progress.phase] || progress.phase;
  $("clock").textContent = `${number(progress.seconds, 1)} of ${number(limit, 1)} s`;
  $("time-bar").style.transform = `scaleX(${Math.min(1, progress.seconds / limit)})`;
  $("penalty").textContent = number(progress.sla_penalty, 1);
  $("cost").textContent = number(costOf(progress), 1);
  $("bound").textContent = number(progress.bound, 1);
  if ("cost_cents" in progress) $("cost-name").textContent = "Cost in cents";
  if ("working_minutes" in progress) $("cost-name").textContent = "Working minutes";
}

export function showPlan(plan, prices) {
  const figures = plan.kpis;
  const bound = plan.bound ?? {};
  $("penalty").textContent = number(plan.objective.sla_penalty, 1);
  $("cost").textContent = number(costOf(plan.objective), 1);
  $("bound").textContent = number(costOf(bound), 1);
  const tiles = [
    ["Status", plan.status, plan.status === "infeasible" ? "bad" : "good"],
    ["Assigned", `${number(figures.assigned)} of ${number(figures.tickets)}`, ""],
    ["On time", figures.on_time_percent === null ? "–" : `${number(figures.on_time_percent, 1)} %`, ""],
    ["Late", number(figures.late), figures.late ? "bad" : ""],
    ["First-visit fix", figures.first_visit_fix_percent === null ? "–" : `${number(figures.first_visit_fix_percent, 1)} %`, ""],
    ["Driven", figures.travel_km === null ? "–" : `${number(figures.travel_km)} km`, ""],
  ];
  $("figures").replaceChildren(
    ...tiles.map(([name, value, kind]) => {
      const tile = make("div", undefined, kind);
      tile.append(make("dt", name), make("dd", value));
      return tile;
    }),
  );
  showPrices(prices || {});
  showUnassigned(plan.unassigned);
  show("result");
}

function showPrices(prices) {
  const tiers = [...new Set(Object.values(prices).flatMap(Object.keys))];
  const rows = Object.entries(prices).map(([rule, tier]) => [rule.replaceAll("_", " "), ...tiers.map((name) => number(tier[name] || null, 1))]);
  fill("prices", ["rule", ...tiers.map((name) => name.replaceAll("_", " "))], rows);
  show("prices-box", rows.length > 0);
}

function showUnassigned(unassigned) {
  $("left-title").textContent = unassigned.length === 1 ? "1 ticket nobody serves" : `${number(unassigned.length)} tickets nobody serves`;
  fill("left", ["ticket", "why"], unassigned.map((entry) => [entry.ticket, entry.reasons[0]?.message ?? ""]));
  show("left-box", unassigned.length > 0);
}

function fill(id, names, rows) {
  const head = make("tr");
  names.forEach((name, column) => head.append(make("th", name, id === "prices" && column ? "number" : "")));
  const body = rows.map((cells) => {
    const row = make("tr");
    cells.forEach((cell, column) => row.append(make("td", cell, id === "prices" && column ? "number" : "")));
    return row;
  });
  $(id).replaceChildren(head, ...body);
}

export function showFailure(title, items = []) {
  const list = make("ul");
  list.append(...items.map((item) => make("li", item)));
  $("failure").replaceChildren(make("strong", title), ...(items.length ? [list] : []));
  show("failure");
}
