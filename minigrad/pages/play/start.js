// The live page: a program is there when it opens, from its address or the page's own.

renderers.push(renderPlots, renderPython);
box.value = PRESETS.program;
tellError("");
readAddress();
let frameWidth = innerWidth;
addEventListener("resize", () => {
  if (Math.abs(frameWidth - innerWidth) < 120) return;
  frameWidth = innerWidth;
  readProgram();
});
addEventListener("hashchange", readAddress);
