"""Where binomial checkpointing divides a number of steps. Python integers."""

from __future__ import annotations


def cut(count: int, slots: int) -> int:
    """How many of ``count`` steps, two at least, stand before the state that is kept next.

    ``slots`` states may be kept beside the first one. With ``s = slots + 1`` and r repetitions,
    ``binomial(s + r, s)`` steps can be reversed (Griewank and Walther, Algorithm 799: revolve, ACM
    Transactions on Mathematical Software 26, 2000).
    """
    s = slots + 1
    if s == 1:
        return count - 1
    r = 1
    while binomial(s + r, s) < count:
        r += 1
    most = min(binomial(s + r - 1, s), count - (binomial(s + r - 2, s - 1) if r > 0 else 1))
    least = max(count - binomial(s - 1 + r, s - 1), binomial(s + r - 2, s) if r > 1 else 1)
    return min(max(most, least, 1), count - 1)


def fewer(slots: int) -> int:
    """The slots that are left where one is taken."""
    return max(slots - 1, 0)


def enough(count: int) -> int:
    """Slots for ``count`` steps: twice the logarithm to the base 2."""
    bits = 1
    while count >> bits > 0:
        bits += 1
    return 2 * bits


def binomial(n: int, k: int) -> int:
    """How many sets of ``k`` there are of ``n`` things."""
    if k < 0 or k > n:
        return 0
    found, least = 1, min(k, n - k)
    for i in range(1, least + 1):
        found = found * (n - least + i) // i
    return found
