// Predict: the next contribution is hidden until the reader has said what it is.

const tally = { right: 0, asked: 0 };
let asked = null; // what the form asks for now: a pane's view and a share's number
let verdict = "";

function loadPredict() {
  const canPredict = panes.some((pane) => pane.shares.some((_, k) => isAskable(pane, k)));
  buttonOf("predict").hidden = !canPredict;
  asked = null;
  verdict = "";
  state.answered.clear();
}

// The first contribution that is still hidden.
function nextQuestion(shown) {
  for (const each of shown.panes) {
    const [k] = each.hidden;
    if (k !== undefined) return { ...each, k };
  }
  return null;
}

function renderPredict(shown) {
  const next = nextQuestion(shown);
  const isNew = next && (asked?.k !== next.k || asked?.pane !== next.pane);
  asked = next;
  byId("ask").hidden = !next;
  if (isNew) {
    const { to, upstream } = next.pane.shares[next.k];
    byId("question").textContent = `What does ${to} get from ${upstream}?`;
    byId("answer").value = "";
  }
  if (shown.step !== renderPredict.step && !shown.panes.some(isPartlyAnswered)) verdict = "";
  renderPredict.step = shown.step;
  const words = verdict || (next ? "" : invitation(shown));
  const score = tally.asked ? ` ${tally.right} of ${tally.asked} right.` : "";
  byId("verdict").textContent = state.predicting ? words + score : "";
}

const isPartlyAnswered = ({ step, hidden }) => step.shares.length > hidden.size && hidden.size > 0;

function invitation({ phase, step }) {
  if (step === lastStep()) return "That was the last step.";
  return phase === "backward" ? "" : "Go on to the backward steps: each asks for its shares.";
}

function check(text) {
  const given = parsed(text);
  if (!asked || given === null) {
    verdict = "Type a number, such as −1.36.";
    return render(view(state));
  }
  const truth = asked.numbers.shares[asked.k];
  const isRight = isNear(given, truth);
  tally.asked += 1;
  if (isRight) tally.right += 1;
  verdict = `${isRight ? "Right" : "Not quite"}: it is ${told(truth)}.`;
  reveal();
}

// Within a hundredth, or what rounding to the digits shown takes away: 4 decimals down to 0.001.
function isNear(given, truth) {
  if (Object.is(given, truth) || given === truth) return true;
  const size = Math.abs(truth);
  const rounding = size === 0 || size >= 0.001 ? 0.5e-4 : 0;
  return Math.abs(given - truth) <= Math.max(rounding, 0.01 * size) * (1 + 1e-9);
}

// Show the contribution; the keyboard goes on to the next question, or to the next step.
function reveal() {
  const hadFocus = byId("ask").contains(document.activeElement);
  change((now) => now.answered.add(`${asked.pane.index}.${asked.k}`));
  if (hadFocus) (asked ? byId("answer") : buttonOf("next")).focus();
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  check(byId("answer").value);
});
onAction("skip", () => {
  verdict = `Skipped: it is ${told(asked.numbers.shares[asked.k])}.`;
  reveal();
});
onAction("predict", (button) => {
  verdict = "";
  change((now) => {
    now.predicting = !now.predicting;
    if (now.predicting) now.answered.clear();
  });
  button.setAttribute("aria-pressed", String(state.predicting));
});
