// An exercise: its question is above the steps, and the way back opens once it is answered.

function startExercise({ question, answer, tolerance, mistakes }) {
  const task = element("form", "task");
  task.dataset.exercise = "";
  task.dataset.solved = "false";
  const [label, field, button] = [element("label", "", question), element("input"), element("button", "", "Check")];
  field.id = "task-answer";
  field.autocomplete = "off";
  field.size = 14;
  label.htmlFor = field.id;
  const judged = element("p", "result");
  judged.setAttribute("role", "status");
  const group = element("span", "group");
  group.append(field, button);
  task.append(label, group, judged);
  byId("rules").prepend(task);
  lockedAt = timeline.findIndex(({ phase }) => phase === "seed");
  const isClose = (given, truth) => Math.abs(given - truth) <= 0.5e-4 * tolerance + tolerance * Math.abs(truth);

  function judge(given) {
    if (given === null) return "Type a number or a formula of the names in the graph.";
    if (!isClose(given, answer)) {
      const found = mistakes.find(([x]) => isClose(given, x));
      return `Not ${asText(given)}${found ? `: ${found[1]}` : ""}.`;
    }
    lockedAt = null;
    task.dataset.solved = "true";
    root.dataset.steps = lastStep();
    byId("step").max = lastStep();
    change(() => {});
    return `Right: it is ${asText(answer)}. The steps back are open now.`;
  }

  task.addEventListener("submit", (event) => {
    event.preventDefault();
    const [first] = view(state).panes;
    judged.textContent = judge(answered(field.value, knownNames(first)));
  });
}
