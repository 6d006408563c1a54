// Questions that a learner asks of the graph: what a nudge does, why ε gets no gradient, and what a
// node under the pointer has to do with the active knob.

const NUDGE = 0.1;
const nudge = { isOn: false };
const asking = byId("ask-noise");

// The change run forward through the graph, beside the gradient times the nudge.
function renderNudge(pane, leaves, grads, knob) {
  const { name } = pane.nodes[knob];
  buttonOf("nudge").textContent = `Nudge ${name} by ${NUDGE}`;
  buttonOf("nudge").setAttribute("aria-pressed", String(nudge.isOn));
  byId("nudge").hidden = !nudge.isOn;
  if (!nudge.isOn) return;
  const given = leaves.slice();
  given[knob] += NUDGE;
  const after = quietly(() => forward(pane.nodes, given))() || given.map(() => NaN);
  const rows = pane.nodes.flatMap((node, i) => {
    if (Object.is(after[i], leaves[i]) || node.literal) return [];
    const row = element("li", "", `${node.name}: ${asText(leaves[i])} to ${asText(after[i])}`);
    row.dataset.node = node.id;
    return [row];
  });
  byId("nudge-steps").replaceChildren(...rows);
  const change = after[pane.output] - leaves[pane.output];
  const guess = (grads[knob] ?? 0) * NUDGE;
  byId("nudge").dataset.change = change;
  byId("nudge").dataset.guess = guess;
  byId("nudge-text").textContent =
    `${pane.nodes[pane.output].name} changes by ${asText(change)}. The gradient × ${NUDGE} says ${asText(guess)}; `
    + `the rest, ${asText(change - guess)}, is the bend of the curve.`;
}

onAction("nudge", () => {
  nudge.isOn = !nudge.isOn;
  renderPlots();
});

// Why noise gets none: the sentence beside the number.
function renderWhy(pane, leaves) {
  const noise = noiseOf(pane);
  byId("why").hidden = !noise.length;
  if (!noise.length) return;
  const names = noise.map((i) => pane.nodes[i].name).join(", ");
  byId("why-text").textContent =
    `${names} has a slope like every number here, but no parameter made it: it was drawn by chance, and `
    + "there is nothing to learn. So the sweep does not ask.";
  const { grads } = asking.checked ? runAt(pane, leaves, noise) : { grads: [] };
  const numbers = noise.map((i) => {
    const slope = grads[i] ?? 0;
    return `∂L/∂${pane.nodes[i].name} would be ${asText(slope)}${slopeInWords(pane, i)}`;
  });
  const words = byId("why-number");
  words.textContent = asking.checked ? `${numbers.join("; ")}.` : "";
  if (asking.checked) words.dataset.slope = grads[noise[0]] ?? 0;
  else delete words.dataset.slope;
}

// What else there is to say of it: a page that has formulas sets that.
let slopeInWords = () => "";

asking.addEventListener("change", renderPlots);
answers.push(renderWhy, renderNudge);

// ------------------------------------------------------------- one node, lit up wherever it stands

whenLit.push((ids) => {
  const [pane] = panes;
  const i = pane?.nodes.findIndex((node) => node.id === ids[0]) ?? -1;
  if (i < 0) return (byId("lit-text").textContent = "");
  for (const each of document.querySelectorAll("[data-word]")) {
    each.classList.toggle("lit", each.dataset.word === pane.nodes[i].name);
  }
  byId("lit-text").textContent = shareText(pane, i);
});

// How much of the active knob's gradient passes through a node.
function shareText(pane, i) {
  const leaves = numbersOf(pane, state).values;
  const { grads } = runAt(pane, leaves);
  const { name, takes } = pane.nodes[i];
  if (!takes) return `${name} = ${asText(leaves[i])}; no gradient goes there.`;
  const own = `${name} = ${asText(leaves[i])}, ∂L/∂${name} = ${asText(grads[i] ?? 0)}`;
  const knob = activeKnob(pane);
  if (knob < 0 || i === knob || !grads[knob]) return `${own}.`;
  const through = (grads[i] ?? 0) * slopesOf(pane, leaves, i)[knob];
  const part = (100 * through) / grads[knob];
  return `${own}. Through it passes ${asText(through)} of ∂L/∂${pane.nodes[knob].name}, ${briefly(part)} %.`;
}
