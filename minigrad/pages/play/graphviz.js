// Graphviz in a worker: the WebAssembly file that lays out graphs in Python lays them out here. It
// wants a system to run on (WASI): what it asks of one is answered by the few functions below, as
// on a machine without files, arguments, environment or clock.

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8; // WASI's errno badf
const NO_ENTRY = 44; // and noent

function wasi(memory) {
  const view = () => new DataView(memory().buffer);
  const zeros = (address, count) => new Uint8Array(memory().buffer, address, count).fill(0);

  function sizes(count, bytes) {
    view().setUint32(count, 0, true);
    view().setUint32(bytes, 0, true);
    return SUCCESS;
  }

  // What Graphviz prints, a warning as a rule, goes nowhere: it is counted as written.
  function write(descriptor, list, length, written) {
    let bytes = 0;
    for (let i = 0; i < length; i++) bytes += view().getUint32(list + 8 * i + 4, true);
    view().setUint32(written, bytes, true);
    return SUCCESS;
  }

  return {
    environ_sizes_get: sizes,
    environ_get: () => SUCCESS,
    clock_time_get: (id, precision, time) => (zeros(time, 8), SUCCESS),
    random_get: (address, count) => (zeros(address, count), SUCCESS),
    fd_write: write,
    fd_read: () => BAD_DESCRIPTOR,
    fd_seek: () => BAD_DESCRIPTOR,
    fd_close: () => SUCCESS,
    fd_fdstat_get: (descriptor, stat) => (zeros(stat, 24), SUCCESS),
    fd_fdstat_set_flags: () => SUCCESS,
    fd_filestat_get: () => BAD_DESCRIPTOR,
    fd_prestat_get: () => BAD_DESCRIPTOR, // no folder is open
    fd_prestat_dir_name: () => BAD_DESCRIPTOR,
    path_filestat_get: () => NO_ENTRY,
    path_open: () => NO_ENTRY,
    proc_exit: (code) => {
      throw new Error(`Graphviz ended with ${code}`);
    },
  };
}

// A function from DOT to SVG. A call that fails leaves the memory in disorder: a new instance.
function renderer(module) {
  let exports = null;
  const memory = () => exports.memory;

  function text(words) {
    const bytes = new TextEncoder().encode(`${words}\0`);
    const address = exports.malloc(bytes.length);
    new Uint8Array(memory().buffer, address, bytes.length).set(bytes);
    return address;
  }

  function read(address, length) {
    return new TextDecoder().decode(new Uint8Array(memory().buffer, address, length));
  }

  function rendered(dot) {
    exports ??= new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi(memory) }).exports;
    const given = [text(dot), text("svg"), text("dot"), exports.malloc(4)];
    const result = exports.graphviz_render(...given);
    if (!result) throw new Error(read(exports.graphviz_last_error(), 200).split("\0")[0]);
    const svg = read(result, new DataView(memory().buffer).getUint32(given[3], true));
    for (const address of [result, ...given]) exports.graphviz_free(address);
    return svg;
  }

  return (dot) => {
    try {
      return rendered(dot);
    } catch (error) {
      exports = null;
      throw error;
    }
  };
}
