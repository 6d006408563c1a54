"""What the examples in docstrings take as given."""

import numpy as np
import pytest

import minigrad as mg


@pytest.fixture(autouse=True)
def names(doctest_namespace):
    """The names whose imports stand on the front page of the reference."""
    doctest_namespace.update(mg=mg, np=np)
