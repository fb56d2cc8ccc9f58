"""Arrays of other packages among inputs, and how to make NumPy's of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from srcgrad.errors import InputError
from srcgrad.values.labels import is_labelled

TENSORS = "x.detach().cpu().numpy(), or call srcgrad.torch.function(f), which takes tensors"
ARRAYS = "np.asarray(x), or call srcgrad.jax.function(f), which takes JAX arrays"
ADVICE = {
    "torch": TENSORS,
    "jax": ARRAYS,
    "jaxlib": ARRAYS,
    "cupy": "cupy.asnumpy(x)",
    "tensorflow": "x.numpy()",
    "pandas": "x.to_numpy()",
    "xarray": "x.values",
    "polars": "x.to_numpy()",
    "pytensor": "its value, or call srcgrad.pytensor.op(f), which takes variables",
}
EXCHANGED = ("__dlpack__", "__cuda_array_interface__")  # what arrays of any package have


def refuse_foreign(value: Any, labelled: bool = False) -> None:
    """Raise ``InputError`` for an array of another package in a nested tuple, list or dict.

    ``labelled``: those of pandas and xarray may be passed.
    """
    for part in _parts(value):
        cls = type(part)
        if labelled and is_labelled(cls):
            continue
        package = cls.__module__.partition(".")[0]
        known = package in ADVICE and (hasattr(cls, "shape") or cls.__name__ == "Dataset")
        derived = any(map(is_labelled, cls.__mro__[1:]))
        if derived:
            package, known = cls.__module__, True
        if known or any(hasattr(cls, name) for name in EXCHANGED):
            raise InputError(
                f"an input is a {package}.{cls.__name__}\n"
                "  why: derivatives are taken of functions of NumPy arrays\n"
                f"  try: pass {ADVICE.get(package, 'np.asarray(x)')}"
            ) from None


def holds_labels(value: Any) -> bool:
    """Whether there is one of pandas' or xarray's in a nested tuple, list or dict."""
    return any(is_labelled(type(part)) for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)
    elif not type(value).__module__.startswith(("numpy", "builtins")):
        yield value
