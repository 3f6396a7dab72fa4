// The first page: choose a problem, have it solved, watch, and open the plan.

import { Chart } from "./chart.js";
import { Refused, call, follow, keepKey, key } from "./service.js";
import { $, costOf, make, number, show, showFailure, showPlan, showProgress, showState } from "./show.js";

const chart = new Chart($("chart"));
let problem = null;
let job = null;

// ------------------------------------------------------------ the problem

function choose(document, name) {
  problem = document;
  const tickets = Array.isArray(document?.tickets) ? document.tickets.length : 0;
  const people = Array.isArray(document?.technicians) ? document.technicians.length : 0;
  $("chosen").replaceChildren(make("strong", name), ` – ${number(tickets)} tickets, ${number(people)} technicians`);
  show("chosen");
  show("failure", false);
  $("solve").disabled = $("check").disabled = false;
}

async function read(file) {
  try {
    choose(JSON.parse(await file.text()), file.name);
  } catch (error) {
    showFailure(`${file.name} is not JSON: ${error.message}`);
  }
}

$("file").addEventListener("change", () => $("file").files.length && read($("file").files[0]));
$("example").addEventListener("click", async () => choose(await (await fetch("/assets/example.json")).json(), "A made-up day in Shanghai"));
$("drop").addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").classList.add("over");
});
$("drop").addEventListener("dragleave", () => $("drop").classList.remove("over"));
$("drop").addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
});
$("key").value = key();
show("key-label", key() !== "");
$("key").addEventListener("change", () => keepKey($("key").value));

// ------------------------------------------------------------ the plan

async function solve() {
  const limit = Number($("seconds").value);
  const options = { time_limit_seconds: limit, seed: Number($("seed").value), workers: Number($("workers").value) };
  show("result", false);
  show("failure", false);
  job = await call("POST", "/v1/plans", { problem, options });
  show("idle", false);
  show("run");
  chart.start(limit);
  showState(job.state);
  $("phase").textContent = "Waiting for its turn";
  await follow(`/v1/plans/${job.id}/events`, (name, data) => {
    if (name === "state") showState(data.state);
    if (name === "progress" || name === "incumbent") {
      showProgress(data, limit);
      chart.add(data.seconds, costOf(data), data.bound);
    }
  });
  finish(await call("GET", `/v1/plans/${job.id}`));
}

function finish(ended) {
  showState(ended.state);
  $("time-bar").style.transform = "scaleX(1)";
  $("phase").textContent = "Done";
  if (ended.error) showFailure(ended.error.detail, (ended.error.errors || []).map((item) => `${item.pointer}: ${item.detail}`));
  if (!ended.plan) return;
  showPlan(ended.plan, ended.prices);
  $("open").href = `/ui/plans/${ended.id}`;
  URL.revokeObjectURL($("download").href);
  $("download").href = URL.createObjectURL(new Blob([`${JSON.stringify(ended.plan, null, 2)}\n`], { type: "application/json" }));
}

async function validate() {
  show("failure", false);
  const found = await call("POST", "/v1/validate", { problem });
  const lines = found.warnings.map((warning) => warning.message);
  $("chosen").replaceChildren(
    make("strong", "Valid."),
    ` ${number(found.tickets)} tickets, ${number(found.technicians)} technicians, ${number(found.shifts)} shifts. `,
    lines.length ? `${lines.length} warnings: ${lines.slice(0, 5).join("; ")}` : "Nothing to warn about.",
  );
}

function tell(error) {
  if (!(error instanceof Refused)) return showFailure(error.message);
  const { status, detail, errors = [], errors_omitted: more } = error.problem;
  if (status === 401) show("key-label");
  const items = errors.map((item) => `${item.pointer || "(document)"}: ${item.detail}`);
  return showFailure(detail, more ? [...items, `… and ${more} more`] : items);
}

async function busily(work) {
  $("solve").disabled = $("check").disabled = true;
  await work().catch(tell);
  $("solve").disabled = $("check").disabled = false;
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  busily(solve);
});
$("check").addEventListener("click", () => busily(validate));
$("cancel").addEventListener("click", () => call("POST", `/v1/plans/${job.id}/cancel`).catch(tell));
$("open").addEventListener("click", (event) => {
  if (!key()) return;
  // A link cannot carry a key, and an address must not: a form sends it.
  event.preventDefault();
  const form = $("open-form");
  form.action = $("open").href;
  form.elements.key.value = key();
  form.submit();
});

// ------------------------------------------------------------ the service

async function look() {
  const response = await fetch("/readyz").catch(() => null);
  const isReady = response?.ok;
  $("ready").textContent = isReady ? "ready" : response ? "loading the engine" : "not reachable";
  $("ready").className = `pill ${isReady ? "good" : response ? "busy" : "bad"}`;
  setTimeout(look, isReady ? 15000 : 1500);
}

async function start() {
  const about = await (await fetch("/version")).json();
  $("version").textContent = about.version;
  $("seconds").max = about.limits.max_time_limit_seconds;
  $("workers").max = about.limits.max_workers_per_job;
  $("curl").textContent = `curl ${location.origin}/v1/plans -H 'Content-Type: application/json' -H 'Prefer: wait=20' \\\n     -d '{"problem": …, "options": {"time_limit_seconds": 10}}'`;
  look();
}

start().catch(tell);
