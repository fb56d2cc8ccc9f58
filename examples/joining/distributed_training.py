"""Training on data that no single worker holds: value and gradient of a sum over shards.

Each worker reads some of the files and keeps them; the parameters go to the data, and the gradients
come back, and are added in the order of the shards. So each run gives the same to the last bit, also
when a worker is lost on the way.

    python examples/joining/distributed_training.py                    # in this process, one file at a time
    python examples/joining/distributed_training.py --on processes     # concurrent.futures
    python examples/joining/distributed_training.py --on joblib
    python examples/joining/distributed_training.py --on dask          # a cluster, one worker of which is killed
"""

import argparse
import contextlib
import os
import signal
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

import srcgrad.distributed

SHARDS, ROWS, FEATURES, STEPS = 6, 4000, 8, 40
WORKERS = 2


def loss(model, shard):
    """The negative log-likelihood of a logistic regression, on one shard."""
    x, y = shard[:, :-1], shard[:, -1]
    logits = x @ model["weights"] + model["bias"]
    return np.sum(np.logaddexp(0.0, logits) - y * logits)


def write(folder):
    """Files of data; their names."""
    rng = np.random.default_rng(0)
    true = rng.normal(size=FEATURES)
    names = []
    for k in range(SHARDS):
        x = rng.normal(size=(ROWS, FEATURES))
        y = (x @ true + 0.5 + rng.logistic(size=ROWS) > 0.0).astype(float)
        names.append(str(Path(folder) / f"{k}.npy"))
        np.save(names[-1], np.column_stack([x, y]))
    return names, true


def train(total, lose_one=None):
    """Gradient descent with momentum."""
    model = {"weights": np.zeros(FEATURES), "bias": 0.0}
    speed = {"weights": np.zeros(FEATURES), "bias": 0.0}
    for step in range(STEPS):
        if step == STEPS // 2 and lose_one is not None:
            lose_one()
        value, slope = total(model)
        for name in model:
            speed[name] = 0.8 * speed[name] - 1.0 / (SHARDS * ROWS) * slope[name]
            model[name] = model[name] + speed[name]
        if step % 10 == 0:
            print(f"step {step:2d}: loss {value / (SHARDS * ROWS):.6f}", flush=True)
    return model


@contextlib.contextmanager
def trained(where, names):
    """The model, as trained by these workers."""
    if where == "here":
        yield train(srcgrad.distributed.value_and_grad(loss, names, load=np.load))
    elif where == "processes":
        with ProcessPoolExecutor(WORKERS) as on:
            yield train(srcgrad.distributed.value_and_grad(loss, names, on=on, load=np.load))
    elif where == "joblib":
        from joblib import Parallel

        on = Parallel(n_jobs=WORKERS)
        yield train(srcgrad.distributed.value_and_grad(loss, names, on=on, load=np.load))
    else:
        from dask.distributed import Client, LocalCluster, wait

        cluster = LocalCluster(WORKERS, threads_per_worker=1, dashboard_address=None)
        with cluster, Client(cluster) as client:
            shards = client.map(np.load, names)
            wait(shards)
            held = sorted(len(keys) for keys in client.has_what().values())
            print(f"{SHARDS} shards; the workers hold {held}")
            total = srcgrad.distributed.value_and_grad(loss, shards, on=client)
            pid = next(iter(client.run(os.getpid).values()))
            yield train(total, lambda: os.kill(pid, signal.SIGKILL))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--on", choices=["here", "processes", "joblib", "dask"], default="here")
    chosen = parser.parse_args().on
    with tempfile.TemporaryDirectory() as folder:
        names, true = write(folder)
        with trained(chosen, names) as model:
            print("largest error of a weight:", np.abs(model["weights"] - true).max().round(2))
            print(
                "the sum of the weights to the last bit:", float.hex(float(sum(model["weights"])))
            )


if __name__ == "__main__":
    main()
