"""Value and gradient of a sum over shards of data, which workers hold: Dask, joblib, or an executor.

Each worker differentiates the function on its shard, and sends the numbers of value and gradient. They are
added in the order of the shards, whoever is ready first, so that a sum is the same to the last bit in
every run. None of the packages is imported here.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import numpy as np

from srcgrad.backend.notice import steps
from srcgrad.calls.arguments import place
from srcgrad.calls.trees import floating, replaced, restored
from srcgrad.dispatch import Jit, Options, asked, no_source, pickles, positions
from srcgrad.dispatch.wrapper import Wrapper
from srcgrad.errors import InputError
from srcgrad.gradient import Gradient

LARGE = 1 << 20  # bytes that travel to Dask's scheduler once, not once for each shard


def value_and_grad(
    f: Any,
    shards: Iterable[Any],
    argnums: Any = 0,
    *,
    on: Any = None,
    load: Any = None,
    retries: int = 0,
    jit: Jit = False,
    boundscheck: bool = True,
    parallel: bool = False,
) -> Any:
    """The sum of ``f(*inputs, shard)`` over shards and its gradient, as a function of ``inputs``.

    Parameters
    ----------
    f : callable
        Gives one real number for inputs and a shard, which is its last argument. It travels to other
        processes with its source and all it reads, so that they need not import it.
    shards : iterable
        What stands for the data: arrays, names of files, or futures of Dask's, whose data stay on the
        workers that hold them.
    argnums : int or tuple of int
        The inputs, by position, whose gradients are wanted. They may be structures.
    on : optional
        Who works: a ``dask.distributed.Client``, a ``joblib.Parallel``, an executor of
        ``concurrent.futures``, or None, for one shard after the other in this process.
    load : callable, optional
        Called by the worker with each shard, each time; ``f`` gets what it returns.
    retries : int
        How often Dask runs a shard again that has raised. The shards of a worker that is lost are
        always run again by others, and futures that it held are computed anew.
    jit, boundscheck, parallel
        Those of ``vjp``.

    Returns
    -------
    callable
        ``total(*inputs)`` gives ``(value, gradient)``, the latter of the structure, shapes and dtypes of
        the input; a tuple for a tuple ``argnums``.

    Raises
    ------
    InputError
        Where there are no shards, for workers of another kind, and when it is called, for what cannot be
        pickled.
    SrcgradError
        What ``srcgrad.value_and_grad`` raises. What ``f`` raises comes from the worker as it is.

    Examples
    --------
    >>> def misfit(p, shard):
    ...     x, y = shard
    ...     return np.sum((p["slope"] * x + p["offset"] - y) ** 2)
    >>> shards = [(np.array([0.0, 1.0]), np.array([1.0, 3.0])), (np.array([2.0]), np.array([4.0]))]
    >>> total = srcgrad.distributed.value_and_grad(misfit, shards)
    >>> value, slope = total({"slope": 2.0, "offset": 0.0})
    >>> float(value), float(slope["slope"]), float(slope["offset"])
    (2.0, -2.0, -4.0)
    """
    if not callable(f):
        raise no_source(f)
    if not isinstance(shards, Iterable):
        raise InputError(
            f"the shards are a {type(shards).__name__}\n  why: the sum is over several\n"
            "  try: pass a list of them"
        )
    shards = list(shards)
    if not shards:
        raise InputError(
            "there are no shards\n  why: an empty sum has no gradient of any shape\n"
            "  try: pass one shard or more"
        )
    options = Options(jit, boundscheck, parallel=parallel)
    return Total(
        OnShard(f, asked("vjp", argnums, options).options, argnums, load), shards, on, retries
    )


class Total:
    """The sum over shards, and its gradient."""

    def __init__(self, work: OnShard, shards: list[Any], on: Any, retries: int) -> None:
        self._work = work
        self._shards = shards
        self._runner = runner_of(on)
        self._on = on
        self._retries = retries

    def __call__(self, *inputs: Any) -> tuple[Any, Any]:
        work, shards = self._work, self._shards
        value: Any = None
        sums: list[Any] = []
        results = in_order(self._runner(self._on, work, inputs, shards, self._retries))
        with steps("adding shards", len(shards)) as step:
            for number, leaves in results:
                step("")
                if value is None:
                    value, sums = number, list(leaves)
                else:
                    value = value + number
                    sums = [total + leaf for total, leaf in zip(sums, leaves, strict=True)]
        found = iter(sums)
        gradients = []
        for k in work.positions:
            tree = inputs[place(k, len(inputs))]
            gradients.append(restored(tree, tuple([next(found) for _ in floating(tree)])))
        return value, gradients[0] if work.single else tuple(gradients)

    def __repr__(self) -> str:
        return f"<the sum of {self._work!r} over {len(self._shards)} shards>"


class OnShard(Wrapper):
    """What is done with a shard: ``primal`` is the function."""

    def __init__(self, primal: Any, options: Options, argnums: Any, load: Any) -> None:
        super().__init__(primal)
        self.primal = primal
        self.options = options
        self.argnums = argnums
        self.load = load
        self.single = isinstance(argnums, int)
        self.positions: tuple[int, ...] = positions(argnums) or ()
        self._gradients: dict[int, Any] = {}  # by the number of inputs

    def __call__(self, inputs: tuple[Any, ...], shard: Any) -> tuple[Any, list[Any]]:
        """The value, and the numbers and arrays of the gradients, in order."""
        data = aligned(shard if self.load is None else self.load(shard))
        value, gradients = self.gradient(len(inputs))(*inputs, data)
        return value, [leaf for tree in gradients for leaf in floating(tree)]

    def gradient(self, count: int) -> Any:
        """Value and gradients of the function of so many inputs and a shard."""
        if count not in self._gradients:
            argnums = tuple([place(k, count) for k in self.positions])
            self._gradients[count] = Gradient(self.primal, argnums, False, True, self.options)
        return self._gradients[count]

    def __srcgrad_arguments__(self) -> tuple[Any, ...]:
        return self.primal, self.options, self.argnums, self.load

    def __repr__(self) -> str:
        return getattr(self, "__qualname__", None) or repr(self.primal)


def aligned(data: Any) -> Any:
    """Data whose arrays lie as NumPy lays them: others are added up in another order.

    What comes over a network may begin at any byte.
    """
    leaves = floating(data)
    if all(leaf.flags.aligned for leaf in leaves if isinstance(leaf, np.ndarray)):
        return data
    return replaced(data, tuple([np.array(leaf) if is_array(leaf) else leaf for leaf in leaves]))


def is_array(leaf: Any) -> bool:
    return isinstance(leaf, np.ndarray)


# --- what travels ---------------------------------------------------------------------------------


class Sent:
    """One call in pickles: what stays the same from call to call, and the numbers of the inputs.

    Another process reads the former once: what is generated there serves its functions and classes.
    """

    def __init__(self, work: OnShard, inputs: tuple[Any, ...]) -> None:
        leaves = floating(inputs)
        like = [np.zeros(0, leaf.dtype) if is_array(leaf) else type(leaf)(0) for leaf in leaves]
        self.work = packed((work, replaced(inputs, tuple(like))), work)
        self.leaves = pickle.dumps(leaves, 5)


def packed(content: Any, of: Any) -> bytes:
    """A pickle of what another process need not be able to import."""
    try:
        return pickles.content(content, of) or pickle.dumps(content, 5)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InputError(
            f"{of!r} cannot be sent to another process: {error}\n"
            "  why: the function, all it reads, and its inputs are pickled\n"
            "  try: pass arrays, and names of files, and open what is open in `load`"
        ) from error


@functools.lru_cache(maxsize=16)
def unpacked(content: bytes) -> Any:
    """What was sent, read once for all shards and calls."""
    return pickle.loads(content)


def run(k: int, work: bytes, leaves: bytes, shard: Any) -> tuple[int, Any]:
    """What a worker does; the number of the shard, and what was found."""
    function, inputs = unpacked(work)
    return k, function(replaced(inputs, pickle.loads(leaves)), shard)


def itself(value: Any) -> Any:
    """What Dask keeps on a worker, and makes again if that is lost."""
    return value


# --- who works ------------------------------------------------------------------------------------

Results = Iterator[tuple[int, Any]]


def in_order(results: Results) -> Iterator[Any]:
    """What was found, in the order of the shards."""
    early: dict[int, Any] = {}
    following = 0
    for k, found in results:
        early[k] = found
        while following in early:
            yield early.pop(following)
            following += 1


def runner_of(on: Any) -> Any:
    """How shards are given to workers. Raises ``InputError`` for what is known to give them to none."""
    if on is None:
        return here
    if isinstance(on, ThreadPoolExecutor):
        return by_threads
    if isinstance(on, Executor):
        return by_executor
    names = {f"{cls.__module__.partition('.')[0]}.{cls.__name__}" for cls in type(on).__mro__}
    if "distributed.Client" in names:
        return by_dask
    if "joblib.Parallel" in names:
        return by_joblib
    raise InputError(
        f"on is {on!r}\n"
        "  why: shards are given to a Client of Dask's, to joblib's Parallel, or to an executor of "
        "concurrent.futures\n  try: pass one of these, or leave it out"
    )


def here(_: Any, work: OnShard, inputs: Any, shards: list[Any], retries: int) -> Results:
    """One after the other."""
    for k, shard in enumerate(shards):
        yield k, work(inputs, shard)


def by_threads(on: Any, work: OnShard, inputs: Any, shards: list[Any], retries: int) -> Results:
    """Threads of this process need no pickles."""
    yield from waited([on.submit(work, inputs, shard) for shard in shards])


def by_executor(on: Any, work: OnShard, inputs: Any, shards: list[Any], retries: int) -> Results:
    """Processes."""
    sent = Sent(work, inputs)
    futures = [on.submit(run, k, sent.work, sent.leaves, part) for k, part in enumerate(shards)]
    for _, found in waited(futures):
        yield found


def waited(futures: list[Any]) -> Results:
    """The results of futures, in order; what has not begun does not begin once one has failed."""
    try:
        for k in range(len(futures)):
            found, futures[k] = futures[k].result(), None
            yield k, found
    finally:
        for future in futures:
            if future is not None:
                future.cancel()


def by_joblib(on: Any, work: OnShard, inputs: Any, shards: list[Any], retries: int) -> Results:
    """The workers of a ``Parallel``, in the way that it was made for."""
    sent = Sent(work, inputs)
    yield from on((run, (k, sent.work, sent.leaves, part), {}) for k, part in enumerate(shards))


def by_dask(on: Any, work: OnShard, inputs: Any, shards: list[Any], retries: int) -> Results:
    """The workers of a cluster, those first that hold a shard."""
    sent = Sent(work, inputs)
    content, leaves = (
        on.submit(itself, part, pure=False) if len(part) > LARGE else part
        for part in (sent.work, sent.leaves)
    )
    futures = [
        on.submit(run, k, content, leaves, shard, pure=False, retries=retries)
        for k, shard in enumerate(shards)
    ]
    for _, found in waited(futures):
        yield found


__all__ = ["value_and_grad"]
