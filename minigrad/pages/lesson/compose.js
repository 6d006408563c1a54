// A picture as DOT: to the letter what Python writes, whose lines come with holes. Of a scope that
// is folded one box stands for all in it.
//
// A picture has `boxes` {id, scope, line}, `arrows` {id, tail, head, kind, line}, and the
// `direction` that Python would choose, "LR" or "TB".

const STOPPED = "⊘ no gradient";
const withHoles = (line, holes) => line.replace(/\b(ID-0|ID|LABEL|TAIL|HEAD)\b/g, (name) => holes[name]);

// The DOT text; `places` and `edges` say where each box and arrow of the picture is in it ("" within
// a fold), `clusters` and `scopes` which scope a cluster and a folded box is, by their ids.
function composed(picture, direction = "", folded = new Set()) {
  const { heads, crowded, readers } = TABLES.dot;
  const shown = withFolds(picture, folded);
  const lines = [...heads[direction || picture.direction]];
  const counts = new Map();
  for (const { tail } of shown.arrows) counts.set(tail, (counts.get(tail) ?? 0) + 1);
  if (Math.max(0, ...counts.values()) > readers) lines.push(crowded);
  const clusters = fillScopes(shown.boxes, lines);
  lines.push(...shown.arrows.map(({ line }) => line));
  return { ...shown, dot: `${lines.join("\n")}\n}\n`, clusters };
}

function withFolds(picture, folded) {
  const [places, scopes, counts, boxes] = [new Map(), new Map(), new Map(), []];
  for (const box of picture.boxes) {
    const scope = pathOf(box.scope).find((each) => folded.has(each));
    if (scope !== undefined && !counts.has(scope)) scopes.set(`f${scopes.size}`, scope);
    if (scope !== undefined) counts.set(scope, [...(counts.get(scope) ?? []), box.id]);
    else boxes.push(box);
    places.set(box.id, box.id);
  }
  for (const [id, scope] of scopes) {
    const inside = counts.get(scope);
    const words = [scope.split("/").at(-1), `${inside.length} node${inside.length === 1 ? "" : "s"}`];
    const line = withHoles(TABLES.dot.boxes["scope large"], { ID: id, LABEL: labelOf(words) });
    boxes.push({ id, scope: pathOf(scope).at(-2) ?? "", line: line.trimStart() });
    for (const each of inside) places.set(each, id);
  }
  return { boxes, places, scopes, ...arrowsBetween(picture.arrows, places) };
}

// A scope and those around it, the outermost first.
function pathOf(scope) {
  const parts = scope ? scope.split("/") : [];
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

// From or to a folded box one arrow for all of a kind.
function arrowsBetween(all, places) {
  const [merged, edges] = [new Map(), new Map()];
  for (const arrow of all) {
    const [tail, head] = [places.get(arrow.tail), places.get(arrow.head)];
    const isWhole = tail === arrow.tail && head === arrow.head;
    const key = isWhole ? arrow.id : `${tail} ${head} ${arrow.kind}`;
    if (tail === head) edges.set(arrow.id, "");
    else {
      if (!merged.has(key)) merged.set(key, isWhole ? arrow : arrowFrom(arrow, tail, head));
      edges.set(arrow.id, merged.get(key).id);
    }
  }
  return { arrows: [...merged.values()], edges };
}

function arrowFrom({ id, kind }, tail, head) {
  const line = TABLES.dot.arrows[`${kind} ${kind === "halt" ? "words" : "plain"}`];
  return { id, kind, tail, head, line: withHoles(line, { "ID-0": id, TAIL: tail, HEAD: head, LABEL: STOPPED }) };
}

// A plain label: no backslash, ampersand or angle bracket in it means anything to Graphviz.
function labelOf(words) {
  const label = words.map((line) => line.replaceAll("&", "&amp;").replaceAll("\\", "\\\\")).join("\\n");
  const isBare = /^([A-Za-z_][A-Za-z0-9_]*|-?(\.[0-9]+|[0-9]+(\.[0-9]*)?))$/.test(label);
  const isWord = /^(node|edge|graph|digraph|subgraph|strict)$/i.test(label);
  return isBare && !isWord ? label : `"${label.replaceAll('"', '\\"')}"`;
}

// Adds the boxes in their clusters, which nest as the scopes do.
function fillScopes(all, lines) {
  const [boxes, inner, clusters] = [new Map(), new Map(), new Map()];
  for (const box of all) {
    boxes.set(box.scope, [...(boxes.get(box.scope) ?? []), box]);
    for (let within = box.scope; within; ) {
      const outer = within.includes("/") ? within.slice(0, within.lastIndexOf("/")) : "";
      inner.set(outer, (inner.get(outer) ?? new Set()).add(within));
      within = outer;
    }
  }
  const fill = (scope, indent) => {
    for (const { line } of boxes.get(scope) ?? []) lines.push(indent + line);
    for (const name of inner.get(scope) ?? []) {
      const id = clusters.size;
      clusters.set(`c${id}`, name);
      lines.push(`${indent}subgraph cluster_${id} {`);
      lines.push(`${indent}\tid=c${id} label=${labelOf([scope ? name.slice(scope.length + 1) : name])} style=rounded`);
      fill(name, `${indent}\t`);
      lines.push(`${indent}}`);
    }
  };
  fill("", "\t");
  return clusters;
}
