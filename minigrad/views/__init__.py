"""Floor 4: what a learner looks at. Views take equations, never a Var.

A picture is made in four rooms: `graph` says what is shown (boxes, arrows, their words), `digraph`
writes that as DOT, `render` turns DOT into SVG, `svg` gives the SVG its names, colours and style
sheet. The look stands in `palette`, the wording of numbers and formulas in `labels`; `picture`
puts it together.

A report takes three: `flow` follows a gradient through the equations and keeps what stopped it,
`wording` says that in sentences, `hints` looks for classic mistakes; `reasons` puts it together.
"""
