// A lesson as a widget of a notebook: the page in a frame, its step, coin and knobs those of the
// model. What the frame can't show, because its scripts are blocked, stands there as text.

const PATIENCE = 3000; // ms until a page that has said nothing is taken for blocked
const SHARED = ["step", "seed", "knobs"];

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// Whether what lies behind an element is dark: a notebook's theme, whatever it is called there.
function isDark(element) {
  for (let each = element; each; each = each.parentElement) {
    const [r, g, b, alpha = 1] = (getComputedStyle(each).backgroundColor.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    if (alpha > 0.5) return 0.3 * r + 0.6 * g + 0.1 * b < 128;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function framed(model) {
  const frame = document.createElement("iframe");
  frame.title = model.get("title");
  frame.setAttribute("sandbox", "allow-scripts allow-downloads");
  Object.assign(frame.style, { display: "block", width: "100%", height: "800px", border: "0" });
  frame.srcdoc = model.get("page");
  return frame;
}

function inWords(model) {
  const box = document.createElement("div");
  const [why, ledger] = [document.createElement("p"), document.createElement("pre")];
  why.textContent = "The scripts of this page are blocked here, so the steps stand as text.";
  ledger.textContent = model.get("ledger");
  ledger.style.overflow = "auto";
  box.append(why, ledger);
  return box;
}

function render({ model, el }) {
  const frame = framed(model);
  let hasSpoken = false;
  let isFromPage = false; // while the model takes over what the page says

  const send = (words) => frame.contentWindow?.postMessage(words, "*");
  const toPage = () => {
    if (isFromPage) return;
    send({ minigrad: "set", ...Object.fromEntries(SHARED.map((name) => [name, model.get(name)])) });
  };
  const toTheme = () => send({ minigrad: "theme", dark: isDark(el) });

  // What the page says, into the model; it alone knows the names of all knobs.
  function takeOver(said) {
    const changed = SHARED.filter((name) => !isSame(said[name], model.get(name)));
    if (!changed.length) return;
    isFromPage = true;
    model.set("names", Object.keys(said.knobs));
    for (const name of changed) model.set(name, said[name]);
    isFromPage = false;
    model.save_changes();
  }

  function hear({ source, data }) {
    if (source !== frame.contentWindow || source === null) return;
    if (data?.minigrad === "size") frame.style.height = `${Math.ceil(data.height)}px`;
    if (data?.minigrad !== "state") return;
    if (hasSpoken) return takeOver(data);
    hasSpoken = true; // a page that has just been loaded takes what the model has
    toTheme();
    const [step, seed] = [model.get("step"), model.get("seed")];
    takeOver({ step, seed, knobs: { ...data.knobs, ...model.get("knobs") } });
    toPage();
  }

  const themes = new MutationObserver(toTheme);
  for (const each of [document.documentElement, document.body]) {
    themes.observe(each, { attributes: true });
  }
  const timer = setTimeout(() => hasSpoken || el.replaceChildren(inWords(model)), PATIENCE);
  addEventListener("message", hear);
  for (const name of SHARED) model.on(`change:${name}`, toPage);
  el.append(frame);
  return () => {
    clearTimeout(timer);
    themes.disconnect();
    removeEventListener("message", hear);
    for (const name of SHARED) model.off(`change:${name}`, toPage);
  };
}

export default { render };
