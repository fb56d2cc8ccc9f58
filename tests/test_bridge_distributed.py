"""``srcgrad.distributed``: a sum over shards is the same to the last bit, whoever computes it."""

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

import srcgrad
import srcgrad.distributed

RNG = np.random.default_rng(5)
SHARDS = [(RNG.normal(size=(31, 3)), RNG.normal(size=31)) for _ in range(5)]


class Parameters:
    def __init__(self, weights, offset, name):
        self.weights = weights
        self.offset = offset
        self.name = name


P = Parameters(np.array([0.3, -1.0, 2.0]), 0.1, "a name")


def misfit(p, shard):
    x, y = shard
    return np.sum(np.logaddexp(0.0, x @ p.weights + p.offset) * y)


def assert_equal_bits(found, expected):
    assert found[0] == expected[0] and np.shape(found[0]) == ()
    assert type(found[1]) is Parameters and found[1].name is None
    assert found[1].weights.tobytes() == expected[1].weights.tobytes()
    assert found[1].weights.dtype == np.float64 and found[1].offset == expected[1].offset


@pytest.fixture(scope="module")
def expected():
    return srcgrad.distributed.value_and_grad(misfit, SHARDS)(P)


def test_it_is_the_gradient_of_the_sum(expected):
    whole = (np.concatenate([x for x, _ in SHARDS]), np.concatenate([y for _, y in SHARDS]))
    value, slope = srcgrad.value_and_grad(misfit)(P, whole)
    np.testing.assert_allclose(expected[0], value, rtol=1e-12)
    np.testing.assert_allclose(expected[1].weights, slope.weights, rtol=1e-12)
    np.testing.assert_allclose(expected[1].offset, slope.offset, rtol=1e-12)


def test_several_inputs_in_single_precision():
    shards = [x.astype(np.float32) for x, _ in SHARDS]
    total = srcgrad.distributed.value_and_grad(lambda w, k, x: k * np.sum(x @ w), shards, (0, 1))
    value, (w_bar, k_bar) = total(np.ones(3, np.float32), np.float32(2.0))
    assert (value.dtype, w_bar.dtype, w_bar.shape, k_bar.dtype) == (
        *[np.float32] * 2,
        (3,),
        np.float32,
    )
    np.testing.assert_allclose(w_bar, 2.0 * sum(np.sum(x, 0) for x in shards), rtol=1e-5)
    np.testing.assert_allclose(2.0 * k_bar, value, rtol=1e-5)


def test_threads(expected):
    lock = threading.Lock()  # which no pickle takes

    def guarded(shard):
        with lock:
            return shard

    with ThreadPoolExecutor(2) as on:
        total = srcgrad.distributed.value_and_grad(misfit, SHARDS, on=on, load=guarded)
        for _ in range(3):
            assert_equal_bits(total(P), expected)


def test_processes(expected):
    scale = 1.0

    def carried(p, shard):  # which no other process can import
        return scale * misfit(p, shard)

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as on:
        total = srcgrad.distributed.value_and_grad(
            carried, range(5), on=on, load=lambda k: SHARDS[k]
        )
        assert_equal_bits(total(P), expected)
        scale = 2.0  # is seen, as it is here
        found = total(P)
        assert found[0] == 2.0 * expected[0]

        def raising(p, k):
            if k == 3:
                raise ZeroDivisionError("the third")
            return p * k

        with pytest.raises(ZeroDivisionError, match="the third"):
            srcgrad.distributed.value_and_grad(raising, range(5), on=on)(1.0)
        lock = threading.Lock()
        with pytest.raises(srcgrad.InputError, match="pickle"):
            srcgrad.distributed.value_and_grad(misfit, range(5), on=on, load=lambda k: lock)(P)


@pytest.mark.parametrize("return_as", ["list", "generator_unordered"])
def test_joblib(expected, return_as):
    joblib = pytest.importorskip("joblib")
    on = joblib.Parallel(2, return_as=return_as)
    assert_equal_bits(srcgrad.distributed.value_and_grad(misfit, SHARDS, on=on)(P), expected)


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        with distributed.Client(cluster) as client:
            yield client


def test_dask_with_data_that_workers_hold(client, expected):
    # Over a network arrays begin at any byte, where NumPy adds up in another order.
    total = srcgrad.distributed.value_and_grad(misfit, client.scatter(SHARDS), on=client)
    for _ in range(3):
        assert_equal_bits(total(P), expected)


def test_a_worker_that_is_lost(client, expected, tmp_path):
    shards = client.map(lambda k: SHARDS[k], range(5))
    total = srcgrad.distributed.value_and_grad(misfit, shards, on=client)
    assert_equal_bits(total(P), expected)
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
    assert_equal_bits(total(P), expected)  # what it held is computed anew

    def dying(k):
        if k == 2 and not (tmp_path / "dead").exists():
            (tmp_path / "dead").touch()
            os._exit(1)
        return SHARDS[k]

    total = srcgrad.distributed.value_and_grad(misfit, range(5), on=client, load=dying)
    assert_equal_bits(total(P), expected)  # the shard that it worked on goes to another
    assert (tmp_path / "dead").exists()


def test_a_shard_that_raises_is_tried_again(client, expected, tmp_path):
    def loaded(k):
        if k == 1 and not (tmp_path / "tried").exists():
            (tmp_path / "tried").touch()
            raise OSError("not now")
        return SHARDS[k]

    total = srcgrad.distributed.value_and_grad(misfit, range(5), on=client, load=loaded, retries=1)
    assert_equal_bits(total(P), expected)
    (tmp_path / "tried").unlink()
    with pytest.raises(OSError, match="not now"):
        srcgrad.distributed.value_and_grad(misfit, range(5), on=client, load=loaded)(P)


def test_refusals():
    with pytest.raises(srcgrad.InputError, match="the shards are a float"):
        srcgrad.distributed.value_and_grad(misfit, 3.0)
    with pytest.raises(srcgrad.InputError, match="no shards"):
        srcgrad.distributed.value_and_grad(misfit, [])
    with pytest.raises(srcgrad.InputError, match=r"concurrent\.futures"):
        srcgrad.distributed.value_and_grad(misfit, SHARDS, on=2)
    with pytest.raises(srcgrad.CotangentError, match="no scalar"):
        srcgrad.distributed.value_and_grad(lambda p, shard: p * shard[1], SHARDS)(np.ones(31))
