"""How a gradient flows. A learner reads in this order:

`variable`    what a Var is: a value, the op that made it, and its inputs
`op`          what an op is, as data, and the table of all ops
`tape`        how an operation on a Var is recorded
`sweep`       how a gradient flows back through what was recorded
`gradients`   the ways to ask for one: `backward`, `grad`, `value_and_grad`

The rest can wait. `values` says what a value may be, `arrays` what makes them fast. `marks` and
`ages` keep a sweep from mixing things up: with another sweep, and old values with new. `lanes` has
the sweep's steps for floats, `context` what a `with` block switches on, `places` the lines of the
user's code; `notation`, `habits` and `nests` are how one writes with Vars. What each op computes
is in `ops/`.
"""
