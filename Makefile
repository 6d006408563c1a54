# Paths are relative and tools run as `.venv/bin/python -m tool`: make cannot name a target with a
# space in it, and scripts in .venv/bin start with an absolute path that a space or a move breaks.

PYTHON ?= python3
DEMO ?=
FAST ?=
python := .venv/bin/python
install := $(python) -m pip install -qq --disable-pip-version-check --editable

# .venv/ready holds the folder that the environment was made for. It is written last, so a .venv
# without it is half made; one that was moved, copied or lost its Python is as good as none.
usable := $(shell test "$$(cat .venv/ready 2>/dev/null)" = "$$(pwd -P)" \
  && $(python) -c "" 2>/dev/null && echo yes)

.DEFAULT_GOAL := help
.PHONY: help demo quick docs notebooks test check mutants hostile bench wheel clean remake

help:  ## list these targets
	@echo "minigrad: the first target that needs .venv makes it (PYTHON=$(PYTHON))."
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: .venv/ready  ## write the course and run every demo into demos/out/index.html, or one: make demo DEMO=vae_1d
	@$(python) -m demos $(DEMO)

quick: .venv/ready  ## write the course and the demos that need no training: some ten seconds
	@$(python) -m demos --quick

test: .venv/ready  ## run the tests and the doctests, or without browsers: make test FAST=1
	@OPENBLAS_NUM_THREADS=1 $(python) -m pytest -n logical --no-loadscope-reorder $(if $(FAST),-m "not browser and not slow")

docs: .venv/ready  ## build the reference of every public name into demos/out/reference
	@$(python) -m pdoc --template-directory demos/reference --no-show-source \
	  --output-directory demos/out/reference minigrad
	@echo "Open demos/out/reference/index.html"

notebooks: .venv/ready  ## write the lessons as notebooks into demos/out/notebooks and run each
	@$(python) -m demos._notebooks demos/out/notebooks
	@$(python) -m pytest -q -p no:cacheprovider --nbmake demos/out/notebooks

check: .venv/ready  ## lint with ruff, type-check the package with mypy
	@$(python) -m ruff check .
	@$(python) -m ruff format --check -q .
	@$(python) -m mypy

mutants: .venv/ready  ## spoil every derivative rule in turn and count how many the tests notice
	@$(python) -m tests.support.mutants

hostile: .venv/ready  ## try some 130,000 hostile inputs: a table of right, refused and faults
	@$(python) -m tests.hostile

bench: .venv/ready-bench  ## measure speed and memory against other engines
	@$(python) -m tests.benchmarks

wheel: .venv/ready  ## build dist/*.whl and try it in an environment with nothing else
	@rm -rf dist build
	@$(python) -m build > /dev/null
	@$(python) -m venv build/empty
	@build/empty/bin/python -m pip install -qq --disable-pip-version-check dist/*.whl
	@build/empty/bin/python tests/smoke.py

clean:  ## remove .venv, caches, builds and what demos and benchmarks wrote
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	@rm -rf demos/out tests/benchmarks/out
	@find . -name .git -prune -o -name __pycache__ -prune -exec rm -rf {} +

fail = { echo "minigrad: $(1)" >&2; exit 1; }

.venv/ready: setup.cfg pyproject.toml $(if $(usable),,remake)
	@"$(PYTHON)" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null \
	  || $(call fail,'$(PYTHON)' is no Python 3.11 or newer: try make PYTHON=python3.12)
	@"$(PYTHON)" -c "import venv, ensurepip" 2>/dev/null \
	  || $(call fail,'$(PYTHON)' has no venv module: install it (Debian: apt install python3-venv))
	@echo "minigrad: installing into .venv, this may take a minute or two ..."
	@$(if $(usable),:,"$(PYTHON)" -m venv --clear .venv) \
	  || $(call fail,could not make .venv: is there space and are you allowed to write here?)
	@$(install) ".[demos,dev]" \
	  || $(call fail,pip failed (see above; is there a network?): mend that and run make again)
	@pwd -P > .venv/ready

.venv/ready-bench: .venv/ready
	@echo "minigrad: installing the engines to compare with ..."
	@$(install) ".[bench]" \
	  || $(call fail,pip failed (see above; is there a network?): mend that and run make again)
	@touch .venv/ready-bench
