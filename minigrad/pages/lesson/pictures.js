// The images of a lesson, large and beside the knobs: as the run in the page has them, at any step.

let pictures = [];

function loadPictures() {
  byId("pictures").replaceChildren();
  pictures = panes.flatMap((pane) => pane.nodes.map((node, i) => ({ pane, node, i })))
    .filter(({ node }) => node.image);
  byId("pictures").hidden = !pictures.length;
  for (const picture of pictures) {
    const { pane, node } = picture;
    const name = panes.length > 1 ? `${pane.title}: ${node.name}` : node.name;
    picture.figure = element("figure");
    picture.figure.append(element("figcaption", "", name));
    byId("pictures").append(picture.figure);
  }
}

function renderPictures(shown) {
  for (const picture of pictures) {
    const { figure, pane, node, i } = picture;
    const x = shown.panes[pane.index].numbers.values[i];
    if (x === picture.last) continue;
    picture.last = x;
    if (typeof x === "number") continue; // no run, no picture
    if (!picture.map) {
      picture.map = heat(x, 112, node.image, true);
      figure.prepend(picture.map);
    }
    picture.map.show(x);
  }
}

loaders.push(loadPictures);
renderers.push(renderPictures);
