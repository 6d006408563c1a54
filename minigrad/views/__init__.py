"""Floor 4: what a learner looks at. Views take equations, never a Var.

A picture is made in four rooms: `graph` says what is shown (boxes, arrows, their words), `digraph`
writes that as DOT, `render` turns DOT into SVG, `svg` gives the SVG its names, colours and style
sheet. The look stands in `palette`, the wording of numbers and formulas in `labels`; `picture`
puts it together.

A report takes three: `flow` follows a gradient through the equations and keeps what stopped it,
`wording` says that in sentences, `hints` looks for classic mistakes; `reasons` puts it together.

A lesson walks through a graph: `ledger` has its steps as data and as text, `rules` the mathematics
of each, `sources` the line of code, `pane` all that with the picture, `frames` a picture a step;
`lesson` makes the page, out of the files in `page`, as `document` puts any page together.
"""
