"""Hostile input: what users might give to each public place, by mistake or on purpose.

`trial.py` says what an outcome may be; a module a kind of input; `__main__.py` runs them all and
prints the table: `python -m tests.hostile`. Every input has a number, which makes it again:
`python -m tests.hostile keys 1234`.
"""
