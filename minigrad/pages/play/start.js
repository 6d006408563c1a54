// The live page: a program is there when it opens, from its address or the page's own.

renderers.push(renderPlots, renderPython);
box.value = PRESETS.program;
tellError("");
readAddress();
let shownWidth = innerWidth;
addEventListener("resize", () => {
  if (Math.abs(shownWidth - innerWidth) < 120) return;
  shownWidth = innerWidth;
  readProgram();
});
addEventListener("hashchange", readAddress);
