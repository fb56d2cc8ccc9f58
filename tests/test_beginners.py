"""Mistakes of newcomers: the message says what, where, why and what to do, below a short traceback."""

import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

import srcgrad
from tests import beginners

ROOT = Path(__file__).parent.parent
LINES = 15  # of a traceback, the call of the newcomer's in it

# what each message must say; lines of ``beginners.py`` are named for what stands there
SAYS = {
    "gradient_of_a_vector": ["float64[n], no scalar", "return a sum", "srcgrad.jacobian"],
    "integer_input": ["the gradient by `x` is asked for, which is int", "pass a float"],
    "integer_array": ["which is int64[n]", "array of float64"],
    "forgotten_return": ["no_return returns None", "return what is to be differentiated"],
    "wrong_cotangent": ["the cotangent has shape (2,), the output has shape (3,)"],
    "no_cotangent": ["so a cotangent is needed", "srcgrad.vjp with a cotangent"],
    "inputs_without_a_tuple": ["inputs is ndarray, not a tuple", "pass (x,)"],
    "result_instead_of_function": ["np.float64(14.0) cannot be called", "srcgrad.grad(f)(x)"],
    "torch_tensor": ["an input is a torch.Tensor", "x.detach().cpu().numpy()"],
    "wrong_argnums": ["argnums names input 1, and there is 1 input", "from 0"],
    "argnums_by_name": ["argnums is 'x'", "pass an int"],
    "keyword_only_by_position": ["weighted(): too many positional", "weighted(x, *, w)"],
    "too_many_arguments": ["square(): too many positional arguments", "square(x)"],
    "unknown_keyword": ["unexpected keyword argument 'scale'", "square(x)"],
    "assigned_global": ["`global` of a name", "in counted", "global TOTAL", "return the new one"],
    "text_as_code": ["`eval` cannot", "in evaluated", "write the expression out"],
    "without_source": ["the source of f cannot be read", "define it in a file"],
    "function_in_c": ["sorted is not a Python function", "compiled code", "srcgrad.defvjp"],
    "class_instead_of_method": ["Model is not a Python function", "pass a method"],
    "unknown_function_of_numpy": ["numpy.frombuffer", "in trimmed", "srcgrad.defvjp"],
    "text_output": ["the output is str", "return a float"],
    "integer_output": ["the output is int", "return a float"],
    "objects": ["arrays of dtype object", "float64"],
    "asynchronous": ["`async def`", "in waiting", "plain def"],
    "wrong_tangent": ["the tangent of input 0 has shape (2,), the input has shape (3,)"],
    "one_tangent_too_few": ["2 inputs have 1 tangents", "None where it is zero"],
    "cotangent_of_text": ["the cotangent has dtype <U4", "real numbers"],
    "several_outputs": ["the function has 2 outputs", "has_aux=True"],
    "tuple_output_without_has_aux": ["the function has 2 outputs", "has_aux=True"],
    "has_aux_without_pair": ["square does not return a pair", "leave out has_aux"],
    "same_array_twice": ["`x` and `y` may share memory", "y.copy()"],
    "hessian_of_a_vector": ["not one number", "in of_vector", "return a sum"],
    "jacobian_in_no_mode": ["mode is 'backward'", '"reverse"'],
    "wrong_tangent_of_a_map": ["the tangent of input 0 has shape (2,)", "of shape (3,)"],
    "vectors_without_a_tuple": ["the tangents are ndarray, not a tuple", "jvp(f, (x,), (x_dot,))"],
    "checked_without_a_tuple": ["inputs is ndarray, not a tuple", "pass (x,)"],
    "generator_function": ["`yield`", "in generator", "append to a list"],
}
# what the function itself raises is raised as it is, without srcgrad's frames
RAISES = {
    "list_of_numbers": TypeError,
    "text_input": TypeError,
    "float_of_array": TypeError,
    "unknown_name": NameError,
    "shapes_that_differ": ValueError,
}


def raised(name):
    """The error of a mistake, and the lines of its traceback from the newcomer's own call on."""
    if name == "torch_tensor":
        pytest.importorskip("torch")
    with pytest.raises(Exception) as found:
        beginners.MISTAKES[name]()
    error = found.value
    trace = error.__traceback__.tb_next
    text = "".join(traceback.format_exception(type(error), error, trace))
    return error, text.rstrip("\n").splitlines()


def test_all_are_listed():
    assert {*SAYS, *RAISES} == {*beginners.MISTAKES}
    assert len(SAYS) >= 25


@pytest.mark.parametrize("name", SAYS)
def test_a_mistake(name):
    error, lines = raised(name)
    assert isinstance(error, srcgrad.SrcgradError)
    text = str(error)
    for part in (*SAYS[name], "\n  why: ", "\n  try: "):
        assert part in text
    assert "Traceback" in lines[0]
    assert len(lines) <= LINES
    shown = "\n".join(lines)
    assert f"in {name}" in shown
    if sys.version_info >= (3, 11):  # before, the frame that an error leaves stays
        assert f"srcgrad{os.sep}" not in shown.replace(str(ROOT / "tests"), "")


@pytest.mark.parametrize("name", RAISES)
def test_what_the_function_raises(name):
    error, lines = raised(name)
    assert type(error) is RAISES[name]
    assert len(lines) <= LINES
    if sys.version_info >= (3, 11):
        assert not [line for line in lines if str(ROOT / "srcgrad") in line]


def test_all_frames_are_shown_on_demand(monkeypatch):
    monkeypatch.setenv("SRCGRAD_TRACEBACK", "full")
    _, lines = raised("text_as_code")
    assert len(lines) > LINES
    assert str(ROOT / "srcgrad") in "\n".join(lines)


def test_frames_of_callbacks_stay():
    pytest.importorskip("scipy")
    import srcgrad.scipy

    def inner(x):
        return srcgrad.grad(beginners.evaluated)(x)

    with pytest.raises(srcgrad.SrcgradError) as found:
        srcgrad.scipy.minimize(lambda x: x[0], [1.0], callback=inner)
    names = [frame.name for frame in traceback.extract_tb(found.value.__traceback__)]
    assert [name for name in names[1:] if name != "call"] == ["inner"]


def test_a_function_typed_at_the_prompt():
    code = "import srcgrad\nf = eval('lambda x: x * x')\nsrcgrad.grad(f)(2.0)\n"
    done = subprocess.run(
        [sys.executable, "-"], input=code, capture_output=True, text=True, cwd=ROOT, check=False
    )
    lines = done.stderr.splitlines()
    assert "the source of <lambda> cannot be read" in done.stderr
    assert "try: define it in a file, or in a notebook cell" in done.stderr
    assert len(lines) <= LINES
