// The map: routes, numbered visits, unassigned tickets, homes and depots on a canvas, without any tiles.
const RED = "#c8202b";
const AMBER = "#e08a00";
const INK = "#1c2733";
const CROWDED = 400;
const marks = new Map();
let map = null;

// A canvas marker that draws its own shape; Leaflet keeps the hit test, which goes by the radius.
const Mark = L.CircleMarker.extend({
  _updatePath() {
    if (!this._renderer._drawing || this._empty()) return;
    drawMark(this._renderer._ctx, this._point, this.options);
  },
});

const OUTLINES = {
  circle(ctx, r) { ctx.arc(0, 0, r, 0, 2 * Math.PI); },
  diamond(ctx, r) { const d = 1.45 * r; ctx.moveTo(0, -d); ctx.lineTo(d, 0); ctx.lineTo(0, d); ctx.lineTo(-d, 0); ctx.closePath(); },
  house(ctx, r) { ctx.moveTo(-r, r); ctx.lineTo(-r, -r * 0.1); ctx.lineTo(0, -r * 1.1); ctx.lineTo(r, -r * 0.1); ctx.lineTo(r, r); ctx.closePath(); },
  square(ctx, r) { ctx.rect(-r, -r, 2 * r, 2 * r); },
  cross(ctx, r) { ctx.moveTo(-r, -r); ctx.lineTo(r, r); ctx.moveTo(r, -r); ctx.lineTo(-r, r); },
};

function drawMark(ctx, point, { shape, radius, fill, edge, label, faded, ring }) {
  ctx.save();
  ctx.translate(point.x, point.y);
  ctx.globalAlpha = faded ? 0.16 : 1;
  ctx.lineCap = "round";
  ctx.lineJoin = shape === "diamond" ? "miter" : "round";
  ctx.setLineDash([]); // a way home drawn before may have left its dashes
  if (ring) {
    ctx.beginPath();
    ctx.arc(0, 0, radius + 7, 0, 2 * Math.PI);
    Object.assign(ctx, { lineWidth: 4, strokeStyle: INK });
    ctx.stroke();
    Object.assign(ctx, { lineWidth: 2, strokeStyle: "#fff" });
    ctx.stroke();
  }
  ctx.beginPath();
  OUTLINES[shape](ctx, radius);
  if (shape === "cross") {
    Object.assign(ctx, { lineWidth: 6, strokeStyle: "#fff" });
    ctx.stroke();
    Object.assign(ctx, { lineWidth: 3, strokeStyle: fill });
    ctx.stroke();
  } else {
    // A white rim keeps neighbours apart; the coloured edge inside it tells lateness or the technician.
    Object.assign(ctx, { lineWidth: edge ? 5.5 : 3, strokeStyle: "#fff" });
    ctx.stroke();
    if (edge) {
      Object.assign(ctx, { lineWidth: 3, strokeStyle: edge });
      ctx.stroke();
    }
    ctx.fillStyle = fill;
    ctx.fill();
  }
  if (label && radius >= 7) {
    Object.assign(ctx, { fillStyle: "#fff", font: "700 10px system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
    ctx.fillText(label, 0, 0.5);
  }
  ctx.restore();
}

function stopLook(stop) {
  const colour = technicians[stop.technician].colour;
  if (stop.state === "late") return { shape: "diamond", fill: RED, edge: colour };
  return { shape: "circle", fill: colour, edge: stop.state === "due_soon" ? AMBER : null };
}

// Layers of the legend, in the order in which they are painted.
const groups = { routes: L.layerGroup(), homes: L.layerGroup(), depots: L.layerGroup(), stops: L.layerGroup(), unassigned: L.layerGroup() };
const GROUP_WORDS = { routes: "Routes", stops: "Visits", homes: "Homes", depots: "Depots", unassigned: "Unassigned" };
const lines = [];
const homes = [];

function hear(layer, content, pick) {
  layer.on("mouseover mousemove", (event) => showTip(layer, content, event.originalEvent.clientX, event.originalEvent.clientY));
  layer.on("mouseout", hideTip);
  layer.on("click", (event) => { L.DomEvent.stopPropagation(event); pick(); });
  return layer;
}

function addRoutes() {
  for (const route of routes) {
    const { technician } = route;
    const look = { color: technicians[technician].colour, weight: 3, opacity: 0.8, lineJoin: "round" };
    const drive = L.polyline(route.path, look);
    const way = route.home && route.path.length ? [route.path[route.path.length - 1], route.home] : [];
    const back = L.polyline(way, { ...look, weight: 2, dashArray: "3 6" });
    for (const line of [drive, back]) {
      lines.push({ line, technician, opacity: 0.8 });
      hear(line, () => technicianCard(technician), () => pickTechnician(technician));
    }
  }
}

function addMarks() {
  technicians.forEach((technician, index) => {
    if (!technician.home) return;
    const mark = new Mark(technician.home, { shape: "house", radius: 6, fill: technician.colour });
    homes.push({ mark, technician: index });
    hear(mark, () => technicianCard(index), () => pickTechnician(index));
  });
  depots.forEach((depot) => {
    if (!depot.at) return;
    const mark = new Mark(depot.at, { shape: "square", radius: 8, fill: INK, label: "D" });
    groups.depots.addLayer(hear(mark, () => card(depot.name || depot.id, null, [["Depot", depot.id]]), () => {}));
  });
  stops.forEach((stop, index) => {
    if (!stop.at) return;
    const mark = new Mark(stop.at, { ...stopLook(stop), radius: 8.5, label: String(stop.number) });
    marks.set(`visit-${index}`, mark);
    hear(mark, () => stopCard(index), () => pickStop(index));
  });
  unassigned.forEach((ticket, index) => {
    if (!ticket.at) return;
    const mark = new Mark(ticket.at, { shape: "cross", radius: 6, fill: RED });
    marks.set(`unassigned-${index}`, mark);
    groups.unassigned.addLayer(hear(mark, () => unassignedCard(index), () => pickUnassigned(index)));
  });
}

// Put on the map who is not hidden, pale who is not picked, and ring the mark that is.
function paintMap() {
  if (!map) return;
  const others = (technician) => state.technician != null && technician !== state.technician;
  const place = (group, layer, technician) =>
    state.hidden.has(technician) ? group.removeLayer(layer) : group.addLayer(layer);
  for (const { line, technician, opacity } of lines) {
    place(groups.routes, line, technician);
    line.setStyle({ opacity: others(technician) ? 0.12 : opacity, weight: state.technician === technician ? 4 : 3 });
  }
  for (const { mark, technician } of homes) {
    place(groups.homes, mark, technician);
    mark.setStyle({ faded: others(technician) });
  }
  for (const [key, mark] of marks) {
    const [kind, index] = key.split("-");
    const isVisit = kind === "visit";
    if (isVisit) place(groups.stops, mark, stops[index].technician);
    mark.setStyle({ ring: key === state.mark, faded: isVisit ? others(stops[index].technician) : state.technician != null });
    if (isVisit && map.hasLayer(mark) && stops[index].technician === state.technician) mark.bringToFront();
  }
  document.body.dataset.mapMarks = String([...marks.values()].filter((mark) => map.hasLayer(mark)).length);
  const picked = marks.get(state.mark);
  if (picked && map.hasLayer(picked)) picked.bringToFront();
  if (picked && !map.getBounds().contains(picked.getLatLng())) map.panTo(picked.getLatLng());
}

// Small dots without numbers where a thousand visits would cover the city.
function fitMarks() {
  const radius = stops.length > CROWDED && map.getZoom() < 13 ? 5 : 8.5;
  for (const [key, mark] of marks) if (key.startsWith("visit")) mark.setRadius(radius);
}

// Meridians and parallels stand in for a base map: they give the empty ground a scale.
function drawGraticule(layer) {
  layer.clearLayers();
  const bounds = map.getBounds();
  const span = Math.max(bounds.getEast() - bounds.getWest(), 1e-4);
  const step = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 45].find((size) => span / size <= 9) ?? 90;
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  const degrees = (value, plus, minus) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? minus : plus}`;
  const rule = (points) => layer.addLayer(L.polyline(points, { pane: "graticule", interactive: false, color: "#7b8a99", weight: 1, opacity: 0.28 }));
  const name = (at, text, turn) => layer.addLayer(L.marker(at, {
    pane: "graticule", interactive: false, keyboard: false,
    icon: L.divIcon({ className: `degree ${turn}`, iconSize: null, html: element("span", {}, text) }) }));
  const besideButtons = map.containerPointToLatLng([60, 0]).lng;
  const nearTop = map.containerPointToLatLng([0, 4]).lat;
  const nearRight = map.containerPointToLatLng([map.getSize().x - 4, 0]).lng;
  for (let lng = Math.ceil(bounds.getWest() / step) * step; lng < bounds.getEast(); lng += step) {
    rule([[bounds.getSouth(), lng], [bounds.getNorth(), lng]]);
    if (lng > besideButtons) name([nearTop, lng], degrees(lng, "E", "W"), "down");
  }
  for (let lat = Math.ceil(bounds.getSouth() / step) * step; lat < bounds.getNorth(); lat += step) {
    rule([[lat, bounds.getWest()], [lat, bounds.getEast()]]);
    name([lat, nearRight], degrees(lat, "N", "S"), "left");
  }
}

function allPoints() {
  const points = [...routes.flatMap((route) => route.path), ...unassigned.map((ticket) => ticket.at)];
  const homesIn = technicians.map((technician) => technician.home);
  return [...points, ...homesIn, ...depots.map((depot) => depot.at)].filter(Boolean);
}

const fitAll = () => map.fitBounds(L.latLngBounds(allPoints()), { padding: [24, 24], maxZoom: 16 });

function createMap() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map = L.map("map", {
    renderer: L.canvas({ padding: 0.4, tolerance: 3 }), attributionControl: false, scrollWheelZoom: false,
    zoomSnap: 0.25, zoomDelta: 0.5, maxZoom: 19, minZoom: 2, zoomAnimation: !calm, fadeAnimation: false,
  });
  map.createPane("graticule").style.zIndex = 250;
  L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 140 }).addTo(map);
  const whole = L.control({ position: "topleft" });
  whole.onAdd = () => {
    const button = element("button", { type: "button", class: "fit", title: "Show everything", click: fitAll }, "Fit");
    L.DomEvent.disableClickPropagation(button);
    return button;
  };
  whole.addTo(map);
  // The wheel scrolls the page until the reader has clicked into the map.
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.on("click", letGo);
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(byId("map"));
  fitAll();
}

function drawMap() {
  const body = byId("map-body");
  const unplaced = [...stops, ...unassigned].filter((ticket) => !ticket.at).length;
  const note = byId("map-note");
  if (!allPoints().length) {
    body.hidden = true;
    note.hidden = false;
    note.textContent = stops.length + unassigned.length + technicians.length
      ? "No map: this problem gives no coordinates (its travel times come from a matrix)."
      : "No map: this problem has no places.";
    return;
  }
  if (unplaced) {
    note.hidden = false;
    note.textContent = `${plural(unplaced, "ticket")} without coordinates ${unplaced === 1 ? "is" : "are"} not on the map.`;
  }
  createMap();
  const graticule = L.layerGroup().addTo(map);
  drawGraticule(graticule);
  addRoutes();
  addMarks();
  for (const group of Object.values(groups)) group.addTo(map);
  map.on("moveend", () => drawGraticule(graticule));
  map.on("zoomend", fitMarks);
  fitMarks();
  drawLayers();
  drawPeople();
}

const LEGEND_SHAPES = {
  routes: [svg("path", { d: "M1 12C6 3 10 13 17 4", fill: "none", stroke: "#1f6fb4", "stroke-width": 2.5 })],
  stops: [svg("circle", { cx: 9, cy: 8, r: 6.5, fill: "#1f6fb4" })],
  homes: [svg("path", { d: "M4 14V7L9 2 14 7V14Z", fill: "#1f6fb4" })],
  depots: [svg("rect", { x: 3, y: 2, width: 12, height: 12, fill: INK, stroke: "#fff" })],
  unassigned: [svg("path", { d: "M4 3 14 13M14 3 4 13", stroke: RED, "stroke-width": 3, "stroke-linecap": "round" })],
  due: [svg("circle", { cx: 9, cy: 8, r: 5.5, fill: "#1f6fb4", stroke: AMBER, "stroke-width": 2.5 })],
  late: [svg("path", { d: "M9 1 16 8 9 15 2 8Z", fill: RED, stroke: "#1f6fb4", "stroke-width": 1.8 })],
};
const legendShape = (kind) => svg("svg", { class: "shape", viewBox: "0 0 18 16", width: 18, height: 16, "aria-hidden": "true" }, LEGEND_SHAPES[kind]);

function drawLayers() {
  const toggle = (key) => (event) => (event.target.checked ? groups[key].addTo(map) : groups[key].remove());
  const present = { routes: routes.length, stops: stops.length, homes: true, depots: depots.length, unassigned: unassigned.length };
  for (const [key, label] of Object.entries(GROUP_WORDS)) {
    if (!present[key]) continue;
    byId("layers").append(element("label", {},
      element("input", { type: "checkbox", checked: true, change: toggle(key) }), legendShape(key), label));
  }
  byId("layers").append(
    element("span", {}, legendShape("due"), "due within 30 min"), element("span", {}, legendShape("late"), "late visit"));
}

function drawPeople() {
  const rows = technicians.map((technician, index) => {
    const late = ofTechnician[index].filter((stop) => stops[stop].state === "late").length;
    const box = element("input", { type: "checkbox", checked: true, "aria-label": `Show ${person(index)} on the map`,
      change: () => { state.hidden[box.checked ? "delete" : "add"](index); change({}); } });
    const name = element("button", { type: "button", click: () => pickTechnician(index) },
      swatch(technician.colour), element("span", { class: "who", dir: "auto" }, person(index)),
      element("span", { class: late ? "count late" : "count" }, late ? `${late} late / ${ofTechnician[index].length}` : ofTechnician[index].length));
    return { item: element("li", {}, box, name), box, name, text: `${technician.id} ${technician.name ?? ""}`.toLowerCase() };
  });
  byId("people").append(...rows.map((row) => row.item));
  const showAll = (shown) => {
    rows.forEach((row, index) => { row.box.checked = shown; state.hidden[shown ? "delete" : "add"](index); });
    change({});
  };
  byId("show-all").addEventListener("click", () => showAll(true));
  byId("show-none").addEventListener("click", () => showAll(false));
  byId("find-technician").addEventListener("input", (event) => {
    for (const row of rows) row.item.hidden = !row.text.includes(event.target.value.toLowerCase());
  });
  watch(() => rows.forEach((row, index) => row.name.setAttribute("aria-pressed", String(state.technician === index))));
}
