// The live page: a program is there when it opens, from its address or the page's own.

// " = σ·∂L/∂z" where the noise has one reader.
slopeInWords = ({ nodes }, i) => {
  const readers = nodes.flatMap((node, j) => node.inputs.flatMap((k, operand) => (k === i ? [[j, operand]] : [])));
  if (readers.length !== 1) return "";
  const [[reader, operand]] = readers;
  if (!RULES[nodes[reader].rule].back[operand]) return "";
  const names = namesOf(editor.tape.nodes);
  const slope = slopeOf(editor.tape.nodes[reader], operand, names);
  return `, ${closed(slope, 3)}·∂L/∂${closed(names[reader], 5)}`;
};

renderers.push(followNumbers, renderPython, focusOn);
box.value = PRESETS.program;
tellError("");
readAddress();
addEventListener("hashchange", readAddress);
