"""Loop form as threads may run it: the parts of each shared loop take turns, statement by statement.

Each part is a generator with variables of its own, which stops after each statement, and between the
read and the store of each ``x[i] += v``. So what one part needs of another, or what both store into,
gives another result, or raises.
"""

import ast
import inspect
import textwrap

import numpy as np


def interleaved(function, seed=0):
    """A generated function, with its shared loops run in such a way; itself if it has none."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = _Shared()
    tree = ast.fix_missing_locations(found.visit(tree))
    if not found.number:
        return function
    rng = np.random.default_rng(seed)
    namespace = {**function.__globals__, "take_turns": lambda part, n: take_turns(part, n, rng)}
    exec(compile(tree, "<interleaved>", "exec"), namespace)
    return namespace[function.__name__]


def take_turns(part, number, rng):
    """Run the parts, a statement of a part of chance at a time."""
    running = [part(k) for k in range(number)]
    while running:
        k = int(rng.integers(len(running)))
        if next(running[k], "done") == "done":
            del running[k]


class _Shared(ast.NodeTransformer):
    """``for part in prange(16): ...`` becomes a generator, and a call that runs it 16 times."""

    number = 0

    def visit_For(self, node):
        self.generic_visit(node)
        if not (isinstance(node.iter, ast.Call) and ast.unparse(node.iter.func) == "prange"):
            return node
        self.number += 1
        name = f"part{self.number}"
        body = stopping(node.body)
        made = ast.parse(f"def {name}({node.target.id}): pass\ntake_turns({name}, 16)").body
        made[0].body = body
        made[1].value.args[1] = node.iter.args[0]
        return made


def stopping(block):
    """A block that stops after each statement."""
    result = []
    for s in block:
        if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Subscript):
            read = ast.Subscript(s.target.value, s.target.slice, ast.Load())
            value = ast.BinOp(ast.Name("old", ast.Load()), s.op, s.value)
            result += [
                ast.Assign([ast.Name("old", ast.Store())], read),
                stop(),
                ast.Assign([s.target], value),
            ]
        else:
            for field in ("body", "orelse"):
                if getattr(s, field, None):
                    setattr(s, field, stopping(getattr(s, field)))
            result.append(s)
        result.append(stop())
    return result


def stop():
    return ast.Expr(ast.Yield(ast.Constant(None)))
