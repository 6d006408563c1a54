"""What computes the blocks of a stream: this process, or an executor's workers."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import closing, nullcontext
from importlib import import_module
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

IMPORTABLE = (
    "a worker process imports the problem by its name: define it with `def` at the top of a module "
    "that can be imported, not in a function, a lambda or a notebook"
)


def each_block(
    work: Callable[[range], T],
    spans: Sequence[range],
    executor: Executor | None,
    samples: int,
    progress: bool,
) -> Iterator[T]:
    """`work` of each span, in their order; with `progress`, a bar counts samples."""
    with _bar(samples) if progress else nullcontext() as bar:
        results = map(work, spans) if executor is None else _submitted(work, spans, executor)
        for i, result in enumerate(results):
            if bar is not None:
                bar.update(samples * (i + 1) // len(spans) - samples * i // len(spans))
            yield result


def _bar(samples: int):  # type: ignore[no-untyped-def]
    try:
        tqdm = import_module("tqdm")
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm, in the extra demos: pip install 'minigrad[demos]'"
        ) from None
    return closing(tqdm.tqdm(total=samples, unit=" samples", unit_scale=True))


def _submitted(
    work: Callable[[range], T], spans: Sequence[range], executor: Executor
) -> Iterator[T]:
    """The results of an executor in the order of the spans; all must arrive, else an error."""
    if not hasattr(executor, "submit"):
        raise TypeError(
            f"executor is a concurrent.futures.Executor, not {type(executor).__name__}: "
            "ProcessPoolExecutor(2), say, or dask's client.get_executor()"
        )
    if isinstance(executor, ProcessPoolExecutor):
        _check_pickle(work)
    futures: list[Future[T]] = []
    try:
        for span in spans:
            futures.append(executor.submit(work, span))
        yield from _in_order(futures)
    except pickle.PicklingError as error:
        raise TypeError(f"the problem cannot be sent to a worker ({error}): {IMPORTABLE}") from None
    except Exception as error:
        if not _is_loss(error):
            raise
        raise RuntimeError(
            "a worker died, so samples are missing and there is no estimate: run again with a "
            f"new executor, or without one to see the cause. If it died at once: {IMPORTABLE}"
        ) from error
    finally:
        for future in futures:
            future.cancel()


def _in_order(futures: Sequence["Future[T]"]) -> Iterator[T]:
    """Each result once those before it are there; whichever fails first, its error at once."""
    finished: SimpleQueue[Future[T]] = SimpleQueue()
    for future in futures:
        future.add_done_callback(finished.put)
    given = 0
    for _ in futures:
        finished.get().result()
        while given < len(futures) and futures[given].done():
            yield futures[given].result()
            given += 1


# dask's own words, which are no BrokenExecutor: a block outlived too many workers, or none is left.
DASK_LOSSES = ("KilledWorker", "NoWorkerError")


def _is_loss(error: Exception) -> bool:
    lost = isinstance(error, BrokenExecutor | CancelledError)
    return lost or type(error).__name__ in DASK_LOSSES


def _check_pickle(work: object) -> None:
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(f"the problem cannot be sent to a worker ({error}): {IMPORTABLE}") from None
