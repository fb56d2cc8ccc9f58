"""Mistakes that newcomers make: each a function that makes it."""

import numpy as np

import srcgrad
import srcgrad.testing

X = np.array([1.0, 2.0, 3.0])
TOTAL = 0.0


def of_vector(x):
    """Not a scalar."""
    return 2.0 * x


def gradient_of_a_vector():
    srcgrad.grad(of_vector)(X)


def square(x):
    return np.sum(x * x)


def integer_input():
    srcgrad.grad(square)(3)


def integer_array():
    srcgrad.grad(square)(np.array([1, 2, 3]))


def no_return(x):
    y = np.sum(x * x)


def forgotten_return():
    srcgrad.grad(no_return)(X)


def wrong_cotangent():
    srcgrad.vjp(of_vector, (X,), np.ones(2))


def no_cotangent():
    srcgrad.vjp(of_vector, (X,))


def inputs_without_a_tuple():
    srcgrad.vjp(square, X)


def result_instead_of_function():
    srcgrad.grad(square(X))


def torch_tensor():
    import torch

    srcgrad.grad(square)(torch.ones(3))


def list_of_numbers():
    srcgrad.grad(square)(["1.0", "2.0"])


def text_input():
    srcgrad.grad(square)("3.0")


def wrong_argnums():
    srcgrad.grad(square, argnums=1)(X)


def argnums_by_name():
    srcgrad.grad(square, argnums="x")(X)


def weighted(x, *, w):
    return np.sum(w * x)


def keyword_only_by_position():
    srcgrad.grad(weighted)(X, X)


def too_many_arguments():
    srcgrad.grad(square)(X, X)


def unknown_keyword():
    srcgrad.grad(square)(X, scale=2.0)


def counted(x):
    global TOTAL  # noqa: PLW0603
    TOTAL = np.sum(x)
    return TOTAL * 2.0


def assigned_global():
    srcgrad.grad(counted)(X)


def evaluated(x):
    return eval("x * x")


def text_as_code():
    srcgrad.grad(evaluated)(2.0)


def without_source():
    namespace = {}
    exec("def f(x):\n    return x * x", namespace)
    srcgrad.grad(namespace["f"])(2.0)


def function_in_c():
    srcgrad.grad(sorted)(X)


def trimmed(x):
    return np.sum(np.frombuffer(x))


def unknown_function_of_numpy():
    srcgrad.grad(trimmed)(X)


def to_float(x):
    return float(x)


def float_of_array():
    srcgrad.grad(to_float)(X)


def labelled(x):
    return f"{np.sum(x):.2f}"


def text_output():
    srcgrad.grad(labelled)(X)


def rounded(x):
    return int(x)


def integer_output():
    srcgrad.grad(rounded)(2.5)


def misspelled(x):
    return np.sin(x) * scael  # noqa: F821


def unknown_name():
    srcgrad.grad(misspelled)(2.0)


def shapes(x, w):
    return np.sum(w @ x)


def shapes_that_differ():
    srcgrad.grad(shapes)(X, np.ones((2, 2)))


def objects():
    srcgrad.grad(square)(np.array([1.0, None], dtype=object))


async def waiting(x):
    return x * x


def asynchronous():
    srcgrad.grad(waiting)(2.0)


def class_instead_of_method():
    class Model:
        def loss(self, x):
            return np.sum(x * x)

    srcgrad.grad(Model)(X)


def wrong_tangent():
    srcgrad.jvp(square, (X,), (np.ones(2),))


def one_tangent_too_few():
    srcgrad.jvp(weighted_sum, (X, X), (X,))


def weighted_sum(w, x):
    return np.sum(w * x)


def cotangent_of_text():
    srcgrad.vjp(of_vector, (X,), "ones")


def dictionary_output(x):
    return {"loss": np.sum(x), "norm": np.sum(x * x)}


def several_outputs():
    srcgrad.grad(dictionary_output)(X)


def pair(x):
    return np.sum(x), x


def tuple_output_without_has_aux():
    srcgrad.grad(pair)(X)


def has_aux_without_pair():
    srcgrad.grad(square, has_aux=True)(X)


def shared_array(x, y):
    x[0] = y[1] * 2.0
    return np.sum(x * y)


def same_array_twice():
    srcgrad.grad(shared_array)(X, X)


def hessian_of_a_vector():
    srcgrad.hessian(of_vector)(X)


def jacobian_in_no_mode():
    srcgrad.jacobian(of_vector, mode="backward")(X)


def generator(x):
    yield x * x


def generator_function():
    srcgrad.grad(generator)(2.0)


def wrong_tangent_of_a_map():
    _, push = srcgrad.linearize(square, X)
    push(np.ones(2))


def vectors_without_a_tuple():
    srcgrad.hvp(square, (X,), X[:2])


def checked_without_a_tuple():
    srcgrad.testing.check_grads(square, X)


MISTAKES = {
    name: value
    for name, value in list(globals().items())
    if getattr(value, "__code__", None) is not None and value.__code__.co_argcount == 0
}
