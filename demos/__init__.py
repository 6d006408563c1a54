"""One claim per file, each held against an exact answer and drawn.

`python -m demos` runs them all, `python -m demos NAME` one of them, alone with flags of its own
(`python -m demos vae_iris --latent 2`). The pictures go to demos/out/, beside an index.html.

A demo is a module here with a claim as the first paragraph of its docstring, `PICTURES` (for each
file what to look for in it) and `main(out, seed=0)`. One that writes HTML pages has `PAGES` too:
for each what to do there. To add one, add its file.
"""
