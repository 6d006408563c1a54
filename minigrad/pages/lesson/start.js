// A lesson made in Python: its graphs and numbers are in the page.

byId("blocked")?.remove(); // for whom no script runs
const DATA = JSON.parse(byId("data").textContent);
load(DATA);
if (DATA.exercise) {
  startExercise(DATA.exercise);
  root.dataset.steps = lastStep();
  byId("step").max = lastStep();
}
readHash(state, location.hash);
show();
compare();
addEventListener("hashchange", () => change((now) => readHash(now, location.hash)));
