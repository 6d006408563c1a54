// A graph too large for its room: all scopes are folded but those that the step is about. They open
// and close by themselves as one steps on, until somebody folds or opens one by hand.

const CROWDED = 0.7; // the scale below which scopes fold
let isFocusing = false;

const scopesIn = (pane) => new Set(pane.picture.boxes.flatMap(({ scope }) => pathOf(scope)));

// When the page opens: if the graphs with all scopes open are too small.
async function startFocus() {
  const isDivided = panes.some((pane) => scopesIn(pane).size > 1);
  if (isDivided && (await largestOf(panes)).scale < CROWDED) setFocusing(true);
  else layAnew();
}

function setFocusing(isOn) {
  isFocusing = isOn;
  buttonOf("focus")?.setAttribute("aria-pressed", String(isOn));
  focusOn(view(state));
}

function focusButton() {
  const button = element("button", "", "all but this step's");
  button.type = "button";
  button.dataset.action = "focus";
  button.setAttribute("aria-pressed", String(isFocusing));
  onAction("focus", () => setFocusing(!isFocusing));
  return button;
}

// Fold what the step is not about; lay out anew only if that changes anything.
function focusOn(shown) {
  if (!isFocusing) return;
  const open = new Set(shown.panes.flatMap(watched).flatMap(({ scope }) => pathOf(scope)));
  const folded = new Set(panes.flatMap((pane) => [...scopesIn(pane)]).filter((scope) => !open.has(scope)));
  if (folded.size === foldedScopes.size && [...folded].every((scope) => foldedScopes.has(scope))) return;
  foldedScopes.clear();
  for (const scope of folded) foldedScopes.add(scope);
  layAnew();
}
