// The worker's part: first it gets the compressed engine, then texts in DOT, each with a number.

const WARM = 4; // layouts after which a browser has compiled what takes time
let render = null;
let count = 0;

onmessage = async ({ data }) => {
  const { engine, dot, number } = data;
  try {
    render ??= unpacked(engine).then(renderer);
    const draw = await render;
    if (!dot) return;
    postMessage({ number, svg: draw(dot) });
    if (count === 0) warmUp(draw, dot);
  } catch (error) {
    postMessage({ number, error: String(error.message ?? error) });
  }
};

// Lay out the first graph some times more while nobody waits: the first change is as quick as all.
function warmUp(draw, dot) {
  if ((count += 1) > WARM) return;
  setTimeout(() => {
    draw(dot);
    warmUp(draw, dot);
  });
}

async function unpacked(engine) {
  const stream = new Blob([engine]).stream().pipeThrough(new DecompressionStream("deflate"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
