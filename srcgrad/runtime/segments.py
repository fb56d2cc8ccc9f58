"""Where binomial checkpointing divides a number of steps. Python integers."""

from __future__ import annotations


def cut(count: int, slots: int) -> int:
    """How many of ``count`` steps, two at least, stand before the state that is kept next.

    ``slots`` states may be kept beside the first one. With ``s = slots + 1`` and r repetitions,
    ``binomial(s + r, s)`` steps can be reversed (Griewank and Walther, Algorithm 799: revolve, ACM
    Transactions on Mathematical Software 26, 2000).
    """
    s = slots + 1
    if s < 1:
        raise ValueError("slots is a negative number")
    if s == 1:
        return count - 1
    r, many = 1, s + 1  # comb(s + r, s)
    while many < count:
        r += 1
        many = many * (s + r) // r
    less = many * r // (s + r)  # comb(s + r - 1, s)
    before = less * s // (s + r - 1)  # comb(s + r - 2, s - 1)
    most = min(less, count - before)
    least = max(count - many * s // (s + r), less * (r - 1) // (s + r - 1) if r > 1 else 1)
    return min(max(most, least, 1), count - 1)


def fewer(slots: int) -> int:
    """The slots that are left where one is taken."""
    return max(slots - 1, 0)


def enough(count: int) -> int:
    """Slots for ``count`` steps: twice the logarithm to the base 2."""
    found = 2
    while count > 1:
        count //= 2
        found += 2
    return found
