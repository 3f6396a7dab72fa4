// Draw everything once, then say so on the body: tests and print servers wait for data-ready.
addEventListener("error", () => { byId("failure").hidden = false; });
addEventListener("keydown", (event) => { if (event.key === "Escape") { hideTip(); letGo(); } });

drawHeader();
drawKpis();
drawMap();
startTimeline();
drawUnassigned();
drawVisits();
watch(drawSelection);
watch(paintMap);
paintMap();
byId("foot").textContent = `dispatch-engine ${data.header.version ?? ""} · times in ${zone.name} · self-contained: this file fetches nothing`;

document.body.dataset.drawMs = (performance.now() - begun).toFixed(0);
requestAnimationFrame(() => {
  document.body.dataset.ready = "true";
});
