// A lesson made in Python: its graphs and numbers are in the page.

byId("blocked")?.remove(); // for whom no script runs
const DATA = JSON.parse(byId("data").textContent);
if (byId("plots")) renderers.push(followNumbers);
if (canLayOut) renderers.push(focusOn);
load(DATA);
if (DATA.exercise) {
  startExercise(DATA.exercise);
  root.dataset.steps = lastStep();
  byId("step").max = lastStep();
}
readHash(state, location.hash);
show();
compare();
if (canLayOut && roomFor(cameras).scale < STEADY) startFocus();
addEventListener("hashchange", () => change((now) => readHash(now, location.hash)));
