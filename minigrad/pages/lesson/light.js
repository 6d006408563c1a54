// One node, lit up wherever it appears: under the pointer or the focus in this page, or named by the
// page that holds this one in a frame. [data-node] has a node's id, [data-word] its name in a text.

let litNodes = "";
const whenLit = []; // each is given the ids

function lightNodes(ids) {
  const wanted = ids.join(" ");
  if (wanted === litNodes) return;
  litNodes = wanted;
  for (const each of document.querySelectorAll(".lit")) each.classList.remove("lit");
  for (const id of ids) {
    for (const each of document.querySelectorAll(`[data-node="${CSS.escape(id)}"]`)) each.classList.add("lit");
  }
  for (const tell of whenLit) tell(ids);
}

const nodesCalled = (names) => panes.flatMap(({ nodes }) => nodes.filter(({ name }) => names.includes(name)).map(({ id }) => id));

function nodesUnder(target) {
  const node = target.closest?.("[data-node]");
  if (node) return [node.dataset.node];
  const word = target.closest?.("[data-word]");
  return word ? nodesCalled([word.dataset.word]) : [];
}

for (const kind of ["pointerover", "focusin"]) {
  document.addEventListener(kind, ({ target }) => lightNodes(nodesUnder(target)));
}

// In: {minigrad: "hover", names}: every node of one of these names lights up.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || data?.minigrad !== "hover" || !Array.isArray(data.names)) return;
  lightNodes(nodesCalled(data.names));
});
