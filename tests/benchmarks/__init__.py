"""Benchmarks: minigrad beside its peers, run with `python -m tests.benchmarks` or `make bench`."""
