// The worker's part: first it gets the compressed engine, then texts in DOT, each with a number.

let render = null;

onmessage = async ({ data }) => {
  const { engine, dot, number } = data;
  try {
    render ??= unpacked(engine).then(renderer);
    const draw = await render;
    if (dot) postMessage({ number, svg: draw(dot) });
  } catch (error) {
    postMessage({ number, error: String(error.message ?? error) });
  }
};

async function unpacked(engine) {
  const stream = new Blob([engine]).stream().pipeThrough(new DecompressionStream("deflate"));
  return WebAssembly.compile(await new Response(stream).arrayBuffer());
}
