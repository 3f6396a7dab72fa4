// The head of the page: what plan this is, the key figures against their targets, and who is picked.
const SHAPES = {
  met: "M3 8.5 6.5 12 13 4.5",
  missed: "M4 4 12 12M12 4 4 12",
  none: "M4 8H12",
};

function verdictIcon(met) {
  const shape = met == null ? "none" : met ? "met" : "missed";
  return svg("svg", { class: `verdict ${shape}`, viewBox: "0 0 16 16", width: 18, height: 18, "aria-hidden": "true" },
    svg("path", { d: SHAPES[shape], fill: "none", "stroke-width": 2.4, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}

function drawHeader() {
  const { title, days, status, facts, zone: zoneName } = data.header;
  byId("title").textContent = title;
  byId("days").textContent = `${days} · ${plural(technicians.length, "technician")} · times in ${zoneName}`;
  byId("status").classList.add(status.code);
  byId("status").append(element("strong", {}, status.words), ` – ${status.meaning}`);
  byId("facts").append(...facts.map(([label, value]) =>
    element("div", {}, element("dt", {}, label), element("dd", { dir: "auto" }, value))));
}

function targetCard(kpi) {
  const reached = kpi.stretch && kpi.value >= kpi.stretch ? "stretch target met" : "target met";
  const verdict = kpi.met == null ? "not known" : kpi.met ? reached : "target missed";
  const aim = `target ${kpi.target}\u00a0%${kpi.stretch ? `, stretch ${kpi.stretch}\u00a0%` : ""}`;
  const scale = svg("svg", { class: "scale", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "scale-ground", y: 2, width: 100, height: 4 }),
    svg("rect", { class: "scale-value", y: 2, width: Math.min(100, kpi.value ?? 0), height: 4 }),
    [kpi.target, kpi.stretch].filter((at) => at != null).map((at) =>
      svg("rect", { class: "scale-target", x: Math.min(99, at - 0.5), y: 0, width: 1, height: 8 })));
  const outcome = kpi.met == null ? "unknown" : kpi.met ? "met" : "missed";
  return element("li", { class: `kpi aimed ${outcome}`, "data-kpi": kpi.key },
    element("span", { class: "kpi-label" }, kpi.label),
    element("span", { class: "kpi-value" }, verdictIcon(kpi.met), kpi.value == null ? "–" : `${kpi.value} %`),
    scale,
    element("span", { class: "kpi-detail" }, `${verdict} · ${aim}`),
    element("span", { class: "kpi-detail" }, kpi.detail));
}

function plainCard(kpi) {
  const grave = (kpi.key === "unassigned" || kpi.key === "late") && kpi.value > 0;
  return element("li", { class: `kpi${grave ? " grave" : ""}`, "data-kpi": kpi.key },
    element("span", { class: "kpi-label" }, kpi.label),
    element("span", { class: "kpi-value" }, kpi.value == null ? "–" : kpi.value.toLocaleString("en-GB").replaceAll(",", "\u202f"),
      kpi.value != null && element("small", {}, ` ${kpi.value === 1 ? kpi.unit.replace(/s$/, "") : kpi.unit}`)));
}

function drawKpis() {
  byId("kpis").append(...data.kpis.map((kpi) => (kpi.target == null ? plainCard(kpi) : targetCard(kpi))));
}

function drawSelection() {
  const bar = byId("selection");
  bar.hidden = state.technician == null;
  if (bar.hidden) return;
  const own = ofTechnician[state.technician].map((index) => stops[index]);
  const late = own.filter((stop) => stop.state === "late").length;
  bar.replaceChildren(
    swatch(technicians[state.technician].colour),
    element("strong", { dir: "auto" }, person(state.technician)),
    ` ${plural(own.length, "visit")}${late ? `, ${late} late` : ""}`,
    element("button", { type: "button", click: letGo }, "Show all (Esc)"));
}

const swatch = (colour) => svg("svg", { class: "swatch", viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
  svg("rect", { width: 12, height: 12, rx: 3, fill: colour }));
