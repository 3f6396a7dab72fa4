// The calls of the service, and its event streams, with the key where one is needed.

export class Refused extends Error {
  constructor(problem) {
    super(problem.detail || problem.title);
    this.problem = problem;
  }
}

export function key() {
  return sessionStorage.getItem("key") || "";
}

export function keepKey(value) {
  sessionStorage.setItem("key", value.trim());
}

function headers(more) {
  return key() ? { Authorization: `Bearer ${key()}`, ...more } : { ...more };
}

export async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: headers(body === undefined ? {} : { "Content-Type": "application/json" }),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const document = await response.json();
  if (!response.ok) throw new Refused(document);
  return document;
}

// Calls onEvent(name, data) for every event until the job has ended; takes a broken stream up again.
export async function follow(path, onEvent) {
  let last = "";
  for (let failures = 0; failures < 10; ) {
    try {
      const response = await fetch(path, { headers: headers(last ? { "Last-Event-ID": last } : {}) });
      if (response.status === 204) return;
      if (!response.ok) throw new Refused(await response.json());
      for await (const event of eventsOf(response.body)) {
        if (event.id) last = event.id;
        failures = 0;
        onEvent(event.event, JSON.parse(event.data));
      }
    } catch (error) {
      if (error instanceof Refused && error.problem.status < 500) throw error;
      failures += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * (failures + 1)));
  }
  throw new Error("The service cannot be reached any more.");
}

async function* eventsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").filter((line) => !line.startsWith(":")).map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      if (fields.data) yield fields;
    }
  }
}
