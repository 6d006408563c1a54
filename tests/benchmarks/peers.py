"""How peers are reached: Python packages that may be missing, and C++ compiled on the spot."""

import ctypes
import importlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from tests.benchmarks.case import Job, Unavailable


def load(module: str) -> ModuleType:
    """Imports a peer, or says how to install it."""
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise Unavailable(f"{package} is not installed: pip install {package}") from None


def load_micrograd() -> ModuleType:
    """micrograd orders a graph by recursion, so Python's limit must allow its depth."""
    sys.setrecursionlimit(10**7)
    return load("micrograd.engine")


def load_jax() -> ModuleType:
    """JAX in double precision, like everybody else here."""
    jax = load("jax")
    jax.config.update("jax_enable_x64", True)
    return jax


def compile_cpp(name: str, answers: int) -> Job:
    """A job that calls `extern "C" void job(double *answer)` of `name`.cpp, built by g++ -O2.

    As a library rather than a program, so that starting a process is not timed.
    """
    if shutil.which("g++") is None:
        raise Unavailable("there is no g++: install a C++ compiler (Debian: apt install g++)")
    source = Path(__file__).with_name(f"{name}.cpp")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, f"{name}.so")
        command = ["g++", "-O2", "-shared", "-fPIC", str(source), "-o", str(library)]
        subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).job
    numbers = (ctypes.c_double * answers)()

    def job() -> list[float]:
        function(numbers)
        return list(numbers)

    return job
