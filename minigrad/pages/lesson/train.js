// Train: gradient descent in the page. A step flips coins, runs the program, moves parameters.

const STEPS_A_FRAME = 20;
let curve = null;
let training = 0; // the animation frame that goes on with it, or 0

function loadTraining() {
  stopTraining();
  forgetTraining();
  const reason = reasonAgainstTraining();
  const fresh = panes.some((pane) => pane.noise.length) ? ", a fresh ε a step" : "";
  byId("train-note").textContent = reason || `Gradient descent on what is shown${fresh}.`;
  byId("train-controls").hidden = reason !== "";
}

function reasonAgainstTraining() {
  if (panes.length > 1) return "Training needs a page with one graph.";
  const [pane] = panes;
  if (!pane.live) return "Training needs numbers that the page can recompute.";
  if (!trained(pane).length) return "No parameter gets a gradient, so there is nothing to train.";
  const fixed = pane.noise.find((i) => !LAWS[pane.nodes[i].law]);
  if (fixed === undefined) return "";
  return `The page can't draw ${pane.nodes[fixed].name} afresh, and training needs fresh noise.`;
}

// The positions of the parameters that a gradient reaches.
function trained(pane) {
  return pane.inputs.filter((i) => pane.nodes[i].kind === "parameter" && pane.reached.has(i));
}

// Take `count` steps; says what went wrong, or "".
function descend(now, count, rate) {
  const [pane] = panes;
  const moving = trained(pane).map((i) => ({ key: pane.keys[i], k: lastShare(pane, i), i }));
  for (let n = 0; n < count; n++) {
    now.seed += 1;
    const numbers = numbersOf(pane, now);
    const loss = shapedLike(numbers.values[pane.output], 0); // an array as its sum
    if (!Number.isFinite(loss)) return `Diverged at step ${curve.count + 1}: loss ${asText(loss)}.`;
    addLoss(curve, loss);
    for (const { key, k, i } of moving) {
      const moved = cellwise((x, slope) => x - rate * slope, numbers.values[i], numbers.sums[k]);
      if (!(moved.cells ?? [moved]).every(Number.isFinite)) return `Diverged: the gradient of ${key} is not finite.`;
      now.moved.set(key, moved);
    }
  }
  return "";
}

const lastShare = (pane, target) => pane.shares.findLastIndex((share) => share.target === target);

function train(count) {
  const rate = parsed(byId("rate").value);
  if (!(rate > 0 && rate < Infinity)) {
    stopTraining();
    return showTraining("The rate is a number above 0.");
  }
  curve ??= curveOf(byId("curve"));
  let trouble = "";
  change((now) => (trouble = descend(now, count, rate)));
  if (curve.points.length > 1) {
    byId("curve").hidden = false;
    drawCurve(curve);
  }
  if (trouble) stopTraining();
  const words = `${curve.count.toLocaleString("en")} steps, mean loss ${asText(curve.smooth)}.`;
  if (!training) showTraining(trouble ? `${trouble} Lower the rate, then Reset.` : words);
}

const showTraining = (words) => (byId("train-status").textContent = words);

function stopTraining() {
  if (training) cancelAnimationFrame(training);
  training = 0;
  byId("rule").setAttribute("aria-live", "polite");
  buttonOf("train-run").textContent = "Run";
}

function runTraining() {
  training = requestAnimationFrame(runTraining);
  train(STEPS_A_FRAME);
}

function forgetTraining() {
  byId("curve").replaceChildren();
  byId("curve").hidden = true;
  curve = null;
  showTraining("");
}

onAction("train", () => train(1));
onAction("train-100", () => train(100));
onAction("train-run", () => {
  if (training) {
    stopTraining();
    return showTraining(`Paused after ${curve.count.toLocaleString("en")} steps.`);
  }
  byId("rule").setAttribute("aria-live", "off"); // or it would speak without an end
  buttonOf("train-run").textContent = "Pause";
  showTraining("");
  runTraining();
});
