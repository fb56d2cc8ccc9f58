"""Trees: nested tuples, lists and dicts, and what has ``items`` as they have, by one walk each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Path = tuple[Any, ...]  # the keys that lead to a part


def items_of(tree: Any) -> Iterable[Any]:
    """The items of a node, in the order of its keys."""
    if isinstance(tree, dict):
        return tree.values()
    found: Iterable[Any] = tree if isinstance(tree, tuple | list) else tree.items
    return found


def flatten(tree: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a tree, each behind its path."""
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from flatten(item, (*path, key))
    elif isinstance(tree, tuple | list):
        for key, item in enumerate(tree):
            yield from flatten(item, (*path, key))
    else:
        yield path, tree


def leaves(tree: Any) -> Iterator[Any]:
    return (leaf for _, leaf in flatten(tree))


def map_tree(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """A tree of a function of each leaf, and of what stands in its place in the others."""
    if isinstance(tree, dict):
        rows = zip(tree.values(), *map(items_of, others), strict=True)
        return {key: map_tree(function, *row) for key, row in zip(tree, rows, strict=True)}
    if isinstance(tree, tuple | list):
        found = [map_tree(function, *row) for row in zip(tree, *map(items_of, others), strict=True)]
        return found if isinstance(tree, list) else tuple(found)
    return function(tree, *others)
