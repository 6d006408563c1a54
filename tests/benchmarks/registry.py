"""Every case, by name."""

from tests.benchmarks import (
    drawing,
    estimators,
    gaussian,
    importing,
    lesson,
    memory,
    models,
    programs,
    scalar,
    streaming,
    threads,
    vae,
    vae_1d,
)
from tests.benchmarks.case import Case

MODULES = (
    scalar,
    memory,
    vae_1d,
    gaussian,
    vae,
    importing,
    programs,
    estimators,
    streaming,
    threads,
    models,
    drawing,
    lesson,
)
CASES = {case.name: case for module in MODULES for case in module.CASES}


def find_case(name: str) -> Case:
    """The case of that name."""
    return CASES[name]
