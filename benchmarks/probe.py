"""What a fresh process pays: run by `startup.py` as `python probe.py WHAT`, prints JSON.

`import` measures NumPy's import and srcgrad's after it. `first` makes the first gradient of the
fifty-line function the first thing the process does; `next` makes that of a small function
before it. The seconds of a second, identical call are subtracted: what is left is the work of
generating the adjoint, or of loading it from the disk cache.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import process_time

sys.path[:] = [str(Path(__file__).resolve().parents[1]), *sys.path[1:]]


def imports() -> dict[str, float]:
    """Seconds of `import numpy` and of `import srcgrad` after it."""
    start = process_time()
    import numpy  # noqa: F401

    between = process_time()
    import srcgrad  # noqa: F401

    return {"numpy": between - start, "srcgrad": process_time() - between}


def first_use(after_another: bool) -> dict[str, float]:
    """Seconds until the fifty-line function's adjoint is there."""
    import numpy as np

    import srcgrad
    from benchmarks.rows.fifty_lines import INPUTS, affine, reactor

    if after_another:
        srcgrad.vjp(affine, (np.ones(3), 2.0))
    start = process_time()
    srcgrad.vjp(reactor, INPUTS)
    between = process_time()
    srcgrad.vjp(reactor, INPUTS)
    return {"ready": 2 * between - start - process_time()}


if __name__ == "__main__":
    what = sys.argv[1]
    print(json.dumps(imports() if what == "import" else first_use(what == "next")))
