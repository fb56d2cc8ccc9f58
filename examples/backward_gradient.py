"""What `y.backward(gradient)` computes, in four situations, read off generated source.

The function is y = 3*a + 2*b*b + log(c).  PyTorch's `y.backward(gradient)` leaves in `a.grad`,
`b.grad` and `c.grad` what `srcgrad.vjp(f, (a, b, c), gradient)` returns.

    python examples/backward_gradient.py
"""

import inspect
import textwrap

import numpy as np

import srcgrad


def f(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return y


def f_of_three(a, b, c):
    y = 3 * a + 2 * b * b + np.log(c)
    return np.broadcast_to(y, (3,))


def main():
    """Run the four situations in order."""
    heading("The function")
    code(inspect.getsource(f))
    vectors()
    scalars()
    other_shape()
    two_passes()


def vectors():
    """Arrays: `gradient` holds one weight for each element of y."""
    a = np.array([1.0, 2.0, 3.0])
    b = np.array([3.0, 4.0, 5.0])
    c = np.array([6.0, 7.0, 8.0])
    gradient = np.array([0.1, 1.0, 0.0001])

    heading("1. Vectors, with a gradient")
    prose(
        "y has three elements, so the backward pass needs one weight for each of them. "
        "This is the adjoint that srcgrad wrote for these inputs, and that it ran:"
    )
    code(srcgrad.source(f, a, b, c))
    values(a=a, b=b, c=c, gradient=gradient)
    results(srcgrad.vjp(f, (a, b, c), gradient))


def scalars():
    """Scalars: the gradient may be left out, and is 1."""
    a, b, c = 0.1, 1.0, 0.1

    heading("2. Scalars, without a gradient")
    prose("y is one number: the gradient may be left out, and means 1.")
    code(srcgrad.source(f, a, b, c))
    values(a=a, b=b, c=c)
    results(srcgrad.vjp(f, (a, b, c)))


def other_shape():
    """A gradient of another shape than y is refused; broadcasting y explicitly is allowed."""
    a, b, c = np.zeros(1), np.zeros(1), np.zeros(1)
    gradient = np.array([0.1, 1.0, 0.0001])

    heading("3. A gradient of another shape than y")
    prose(
        "The inputs have shape (1,) and hold 0, as an uninitialised buffer often does, but the "
        "gradient has shape (3,). PyTorch once summed it silently. PyTorch today refuses, and "
        "so does srcgrad:"
    )
    values(a=a, b=b, c=c, gradient=gradient)
    try:
        results(srcgrad.vjp(f, (a, b, c), gradient))
    except srcgrad.SrcgradError as error:
        code(f"{type(error).__name__}: {error}")

    prose("Whoever means that sum says so, by broadcasting y to three elements:")
    code(inspect.getsource(f_of_three))
    code(srcgrad.source(f_of_three, a, b, c))
    with np.errstate(divide="ignore"):  # 1 / c at c = 0 is inf, and that is the answer
        results(srcgrad.vjp(f_of_three, (a, b, c), gradient))


def two_passes():
    """Two backward passes: nothing accumulates unless the caller adds."""
    a, b, c = 1.0, 1.0, 1.0

    heading("4. Two backward passes")
    prose(
        "PyTorch adds each pass to `.grad`. srcgrad never accumulates: a pullback may be called "
        "any number of times, and every call returns fresh gradients."
    )
    y, pull = srcgrad.pullback(f, a, b, c)
    values(a=a, b=b, c=c, y=y)
    first = pull(1.0)
    second = pull(1.0)
    prose("first pass")
    results(first)
    prose("second pass")
    results(second)
    prose("their sum, taken by the caller")
    results([one + other for one, other in zip(first, second, strict=True)])


# Printing


def heading(title):
    """Print an underlined title."""
    print(f"\n{title}\n{'=' * len(title)}\n")


def prose(text):
    """Print a paragraph, followed by an empty line."""
    print(textwrap.fill(text, width=88), end="\n\n")


def code(text):
    """Print source or a message, indented."""
    print(textwrap.indent(text.strip("\n"), "    "), end="\n\n")


def values(**named):
    """Print the inputs of one situation, one on a line."""
    width = max(map(len, named))
    for name, value in named.items():
        print(f"    {name:<{width}} = {number(value)}")
    print()


def results(gradients):
    """Print the gradients of a, b and c under the names they have in generated source."""
    for name, gradient in zip(("a_bar", "b_bar", "c_bar"), gradients, strict=True):
        print(f"    {name} = {number(gradient)}")
    print()


def number(value):
    """Six significant digits, for a scalar or for each element of an array."""
    if np.ndim(value) == 0:
        return f"{value:.6g}"
    return "[" + ", ".join(f"{element:.6g}" for element in value) + "]"


if __name__ == "__main__":
    main()
