// The worker that lays out graphs: asked for a drawing of DOT, it promises the SVG. Of several
// asked for while it works only the last counts.

const ENGINE = JSON.parse(byId("engine").textContent); // the worker's script, and Graphviz in base64
const layout = { worker: null, number: 0, waiting: null, known: new Map() };
const MOST_KNOWN = 60; // drawings that are kept: steps back to a program are quick

function startWorker() {
  const address = URL.createObjectURL(new Blob([ENGINE.script], { type: "text/javascript" }));
  layout.worker = new Worker(address);
  layout.worker.onmessage = ({ data }) => laidOut(data);
  layout.worker.onerror = (event) => laidOut({ number: layout.number, error: event.message });
  const bytes = Uint8Array.from(atob(ENGINE.graphviz), (letter) => letter.charCodeAt());
  layout.worker.postMessage({ engine: bytes });
}

function laidOut({ number, svg, error }) {
  const { waiting } = layout;
  if (!waiting || number !== waiting.number) return;
  layout.waiting = null;
  if (error) return waiting.reject(new Error(`the graph can't be laid out: ${error}`));
  if (layout.known.size >= MOST_KNOWN) layout.known.delete(layout.known.keys().next().value);
  layout.known.set(waiting.dot, svg);
  waiting.resolve(svg);
}

// The SVG of `dot`; a promise that is overtaken by another never ends.
function drawn(dot) {
  if (layout.known.has(dot)) {
    layout.waiting = null;
    return Promise.resolve(layout.known.get(dot));
  }
  if (!layout.worker) startWorker();
  return new Promise((resolve, reject) => {
    layout.number += 1;
    layout.waiting = { number: layout.number, dot, resolve, reject };
    layout.worker.postMessage({ number: layout.number, dot });
  });
}
