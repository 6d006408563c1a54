"""Problems that a worker process can import, some of them troublesome."""

import os
import time
from pathlib import Path

import minigrad as mg

PIDS = "MINIGRAD_TEST_PIDS"  # the folder in which each process that worked leaves a file
PARENT = "MINIGRAD_TEST_PARENT"
K = 0.3


def quadratic(mu, sigma):
    """(z - K)²."""
    return mg.Normal(mu, sigma), lambda z: mg.square(z - K)


def sine(mu, sigma):
    return mg.Normal(mu, sigma), mg.sin


def heavy(mu, sigma):
    """Enough work for a second process to pay."""
    return mg.Normal(mu, sigma), lambda z: mg.sin(mg.exp(mg.sin(mg.exp(mg.sin(z)))))


def step(mu, sigma):
    return mg.Normal(mu, sigma), lambda z: z > 1.0


def met(mu, sigma):
    """`sine`, once two worker processes are there: neither can do all the work alone."""
    folder = Path(os.environ[PIDS])
    if str(os.getpid()) != os.environ[PARENT]:
        (folder / str(os.getpid())).touch()
        end = time.monotonic() + 60.0
        while len(list(folder.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    return sine(mu, sigma)


def coin(logit):
    """(b - 0.2)²."""
    return mg.Bernoulli(logits=logit), lambda b: mg.square(b - 0.2)


def branch(theta):
    """A program: flip(θ) ? 0 : -θ/2."""
    b = yield mg.Bernoulli(mg.sigmoid(theta))
    return 0.0 * theta if b else -theta / 2.0


def deadly(mu, sigma):
    """A worker dies of it, without an exception."""
    if str(os.getpid()) != os.environ[PARENT]:
        os._exit(3)
    return sine(mu, sigma)


def mortal(mu, sigma):
    """The first two workers to meet it die, and the third does its work."""
    folder = Path(os.environ[PIDS])
    if str(os.getpid()) != os.environ[PARENT] and len(list(folder.iterdir())) < 2:
        (folder / str(os.getpid())).touch()
        os._exit(3)
    return sine(mu, sigma)
