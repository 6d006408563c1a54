// Predict: the next number is hidden until the reader has said what it is: a node's value on the way
// forward, a share of a gradient on the way back. A first wrong answer gets a hint, a second one is
// put right.

const tally = { right: 0, asked: 0 };
let asked = null; // what the form asks for now: a pane's view, and a share's number or a node's
let verdict = "";
let isSecondTry = false;
let numbersBefore = []; // of each pane, before the last change of a leaf

function loadPredict() {
  buttonOf("predict").hidden = !panes.some(canBePredicted);
  asked = null;
  verdict = "";
  state.answered.clear();
  numbersBefore = panes.map(() => null);
}

const canBePredicted = (pane) =>
  pane.shares.some((_, k) => isAskable(pane, k)) || pane.nodes.some((node) => isAskableValue(pane, node));

// The first number that is still hidden.
function nextQuestion(shown) {
  for (const each of shown.panes) {
    if (each.hiddenNode !== null) return { ...each, node: each.hiddenNode, k: -1 };
    const [k] = each.hidden;
    if (k !== undefined) return { ...each, k, node: -1 };
  }
  return null;
}

const isSame = (one, other) => one && other && one.k === other.k && one.node === other.node && one.pane === other.pane;

function renderPredict(shown) {
  const next = nextQuestion(shown);
  if (next && !isSame(asked, next)) {
    byId("question").textContent = questionOf(next);
    byId("answer").value = "";
    isSecondTry = false;
  }
  asked = next;
  byId("ask").hidden = !next;
  if (shown.step !== renderPredict.step && !shown.panes.some(isPartlyAnswered)) verdict = "";
  renderPredict.step = shown.step;
  const words = verdict || (next ? "" : invitation(shown));
  const score = tally.asked ? ` ${tally.right} of ${tally.asked} right.` : "";
  byId("verdict").textContent = state.predicting ? words + score : "";
}

function questionOf({ pane, k, node }) {
  if (k >= 0) {
    const { to, upstream } = pane.shares[k];
    return `What does ${to} get from ${upstream}?`;
  }
  const { name, says } = pane.nodes[node];
  return name === says ? `What is ${name}?` : `What is ${name} = ${says}?`;
}

const isPartlyAnswered = ({ step, hidden }) => step.shares.length > hidden.size && hidden.size > 0;

function invitation({ phase, step }) {
  if (step === lastStep()) return "That was the last step.";
  if (phase === "leaves") return "Go on: each step asks for its number.";
  return phase === "seed" ? "Go on to the backward steps: each asks for its shares." : "";
}

// The numbers that a reader may name: all that the page shows.
function knownNames({ pane, numbers, at }) {
  const known = new Map();
  pane.nodes.forEach(({ name }, i) => {
    if (pane.valueStep[i] <= at && typeof numbers.values[i] === "number") known.set(name, numbers.values[i]);
  });
  return known;
}

function check(text) {
  const given = asked && answered(text, knownNames(asked));
  if (given === null) {
    verdict = "Type a number or a formula, such as −1.36 or cos(0.85)*2.";
    return render(view(state));
  }
  const { k, node, numbers, pane } = asked;
  const truth = k >= 0 ? numbers.shares[k] : numbers.values[node];
  const question = { ...asked, before: numbersBefore[pane.index] };
  const isRight = isNear(given, truth);
  const seen = isRight ? "" : k >= 0 ? mistakeOf(given, question) : mistakeOfValue(given, question);
  if (!isRight && !isSecondTry) {
    isSecondTry = true;
    verdict = `Not quite: ${seen || hintOf(asked)}. Try once more.`;
    return render(view(state));
  }
  tally.asked += 1;
  if (isRight && !isSecondTry) tally.right += 1;
  const how = isRight ? (isSecondTry ? "Right now" : "Right") : "Not quite";
  verdict = `${how}: it is ${asText(truth)}${seen ? `; ${seen}` : ""}.`;
  reveal();
}

function hintOf({ pane, k, node }) {
  if (k < 0) return `put the numbers into ${pane.nodes[node].says}`;
  return `it is ${pane.shares[k].rule}`;
}

// Within a hundredth, or what rounding to the digits shown takes away: 4 decimals down to 0.001.
function isNear(given, truth) {
  if (Object.is(given, truth) || given === truth) return true;
  const size = Math.abs(truth);
  const rounding = size === 0 || size >= 0.001 ? 0.5e-4 : 0;
  return Math.abs(given - truth) <= Math.max(rounding, 0.01 * size) * (1 + 1e-9);
}

// Show the number; the keyboard goes on to the next question, or to the next step.
function reveal() {
  const hadFocus = byId("ask").contains(document.activeElement);
  const { pane, k, node } = asked;
  isSecondTry = false;
  change((now) => now.answered.add(k >= 0 ? `${pane.index}.${k}` : `${pane.index}.n${node}`));
  if (hadFocus) (asked ? byId("answer") : buttonOf("next")).focus();
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  check(byId("answer").value);
});
onAction("skip", () => {
  const { k, node, numbers } = asked;
  verdict = `Skipped: it is ${asText(k >= 0 ? numbers.shares[k] : numbers.values[node])}.`;
  reveal();
});
onAction("predict", () => {
  verdict = "";
  change((now) => {
    now.predicting = !now.predicting;
    if (now.predicting) now.answered.clear();
  });
  tellPredicting();
});

function tellPredicting() {
  buttonOf("predict").setAttribute("aria-pressed", String(state.predicting));
  root.classList.toggle("predicting", state.predicting); // plots would give numbers away
}

// The score stays in the address, as "3of5", with whether the page asks.
addressParts.push((now) => (now.predicting || tally.asked ? [`predict=${tally.right}of${tally.asked}`] : []));
addressReaders.push((now, said) => {
  const [, ...score] = /^(\d{1,5})of(\d{1,5})$/.exec(said.get("predict") ?? "") ?? [];
  const [right, count] = score.map(Number);
  now.predicting = score.length > 0;
  if (right <= count) Object.assign(tally, { right, asked: count });
  tellPredicting();
});
