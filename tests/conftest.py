"""What several files of tests share: one browser, and the demos, run once."""

import io
import os
from types import SimpleNamespace

import pytest

import minigrad as mg
from demos import _run
from tests.support.browser import WIDE, session_browser
from tests.support.demo_sizes import SIZES
from tests.support.stepper import Stepper

# numba's optimiser takes half of the time that its compiler does, and changes no number here.
os.environ.setdefault("NUMBA_OPT", "0")

# Files whose tests take seconds together: `make test FAST=1` leaves them out, and the demos.
SLOW = {
    "cli/test_commands.py",
    "demos/test_guides.py",
    "distributions/test_bounds.py",
    "distributions/test_counts.py",
    "distributions/test_discrete.py",
    "distributions/test_divergences.py",
    "distributions/test_extremes.py",
    "distributions/test_gaussian.py",
    "distributions/test_implicit.py",
    "distributions/test_kl.py",
    "distributions/test_mixtures.py",
    "distributions/test_more_numbers.py",
    "distributions/test_own_draws.py",
    "distributions/test_own_ops.py",
    "distributions/test_quantiles_in_javascript.py",
    "distributions/test_relaxed.py",
    "distributions/test_transforms.py",
    "distributions/test_vectors.py",
    "emit/test_in_place.py",
    "emit/test_javascript.py",
    "emit/test_jit.py",
    "emit/test_laws_traced.py",
    "emit/test_rescue.py",
    "emit/test_tracing.py",
    "engine/test_interrupted.py",
    "engine/test_random_graphs.py",
    "estimators/test_batches.py",
    "estimators/test_better_noise.py",
    "estimators/test_calibration.py",
    "estimators/test_counts.py",
    "estimators/test_discrete.py",
    "estimators/test_executors.py",
    "estimators/test_honest.py",
    "estimators/test_pairing.py",
    "estimators/test_strategies.py",
    "estimators/test_streaming.py",
    "estimators/test_variance.py",
    "estimators/test_walls.py",
    "pages/lab/test_experiment.py",
    "pages/lesson/test_array_replay.py",
    "pages/lesson/test_replay.py",
    "pages/play/test_in_firefox.py",
    "pages/play/test_programs.py",
    "pages/test_numbers_and_draws.py",
    "pictures/test_printing.py",
    "pictures/test_render.py",
    "support/test_browser.py",
    "test_readme.py",
}


# Files that need every demo's output share a worker, which runs the demos.
DEMOS = {
    "demos/test_answers.py",
    "demos/test_applications.py",
    "demos/test_course.py",
    "demos/test_demos.py",
    "demos/test_estimators.py",
    "demos/test_gallery.py",
    "demos/test_models.py",
    "demos/test_stepper.py",
}


def file_of(nodeid):
    return nodeid.partition("::")[0].removeprefix("tests/")


def pytest_collection_modifyitems(items):
    """What takes long comes first, so that the workers end together."""
    for item in items:
        used = getattr(item, "fixturenames", ())
        if file_of(item.nodeid) in SLOW | DEMOS:
            item.add_marker(pytest.mark.slow)
        if "browser" in used:
            item.add_marker(pytest.mark.browser)
        assert "everything" not in used or file_of(item.nodeid) in DEMOS, "name its file in DEMOS"
    order = [DEMOS, SLOW]
    items.sort(key=lambda item: [file_of(item.nodeid) not in files for files in order])


@pytest.hookimpl(optionalhook=True)  # there is none where xdist is not installed
def pytest_xdist_make_scheduler(config, log):
    """A file stays together, because its fixtures are made once a worker."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "demos" if file_of(nodeid) in DEMOS else file_of(nodeid)

    return ByFile(config, log)


browser = pytest.fixture(session_browser, scope="session")


@pytest.fixture
def stepper(browser, tmp_path):
    """Opens an output's page; at the end it has asked nothing of a network and met no error."""

    def opened(output, *, anchor="", width=WIDE, dark=False, still=False, **how):
        file = mg.step_through(output, **how).save(tmp_path / "a lesson.html")
        browser.open(file, anchor=anchor, width=width, dark=dark, still=still)
        return Stepper(browser)

    yield opened
    assert browser.errors() == [] == browser.requests()


@pytest.fixture(scope="session")
def everything(tmp_path_factory):
    """Every demo, run once, into a folder with a space: what it returned and printed, its files."""
    out = tmp_path_factory.mktemp("demos") / "the pictures"
    out.mkdir()
    results, printed = {}, {}
    for name in _run.known():
        flags = SIZES.get(name, {})
        results[name] = _run.recorded(name, out, 0, flags, io.StringIO())
        printed[name] = (out / f"{name}.txt").read_text(encoding="utf-8")
    _run.write_index(out, {})
    return SimpleNamespace(out=out, results=results, printed=printed)


@pytest.fixture
def ran(everything):
    """What a demo returned, and the lines that it printed."""

    def of(demo):
        name = demo.__name__.rpartition(".")[-1]
        return everything.results[name], everything.printed[name].splitlines()

    return of
