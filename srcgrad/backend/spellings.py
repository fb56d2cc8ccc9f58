"""How constants, objects and single operations are spelled in generated code."""

from __future__ import annotations

import ast
import builtins
import math
import sys
from types import ModuleType
from typing import Any

import numpy as np

from srcgrad import runtime
from srcgrad.backend.printing import Printing
from srcgrad.backend.text import MARK
from srcgrad.ir.lexical import as_name, is_name
from srcgrad.ir.nodes import Const
from srcgrad.ir.procedures import Procedure


def public_path(value: Any, module: str, name: str) -> str | None:
    """The dotted name under which NumPy or SciPy shows a function; None if it is no such one."""
    if module.split(".")[0] not in ("numpy", "scipy"):
        return None
    parts = [part for part in module.split(".") if not part.startswith("_")]
    for count in range(len(parts), 0, -1):
        found = sys.modules.get(".".join(parts[:count]))
        if getattr(found, name, None) is value:
            return ".".join(["np" if parts[0] == "numpy" else parts[0], *parts[1:count], name])
    return None


def text_of(value: Any, attribute: str) -> str:
    """What an object says of itself, if that is plain text."""
    try:
        found = getattr(value, attribute, "")
    except Exception:  # of the user's own ``__getattr__``
        found = ""
    return found if type(found) is str else ""


class Spellings(Printing):
    """Spellings of constants and operations."""

    def constant(self, value: Any) -> Any:
        """A constant as syntax; instances of subclasses print as they like, so they are objects."""
        sort = type(value)
        if sort is float and not math.isfinite(value):
            found = self.path("np.nan" if value != value else "np.inf")
            return ast.UnaryOp(ast.USub(), found) if value < 0 else found
        if sort in (bool, str, bytes) or value is None or value is Ellipsis:
            return ast.Constant(value)
        if sort is complex and repr(value) != f"{value.imag:g}j":
            parts = [self.constant(value.real), self.constant(value.imag)]
            return ast.Call(self.builtin(complex), parts, [])
        if sort in (int, float, complex):
            if sort is not complex and (value < 0 or str(value).startswith("-")):
                return ast.UnaryOp(ast.USub(), ast.Constant(-value))
            return ast.Constant(value)
        if sort in (tuple, list):
            node = ast.Tuple if sort is tuple else ast.List
            return node([self.constant(item) for item in value], ast.Load())
        if sort is slice:
            parts = [self.constant(p) for p in (value.start, value.stop, value.step)]
            return ast.Call(self.builtin(slice), parts, [])
        if sort is Procedure:
            return ast.Name(self.calls[value], ast.Load())
        return self.numeric(value) or self.named_object(value)

    def numeric(self, value: Any) -> Any:
        """A dtype, a NumPy scalar or an array as syntax; None for what NumPy has no short name for."""
        if isinstance(value, np.dtype):
            return self.dtype(value)
        if type(value) is np.ndarray:
            dtype = self.dtype(value.dtype)
            if dtype is None or (value.size == 0 and value.ndim != 1):
                return None
            items = self.constant(value.tolist())
            short = value.size and value.dtype in (np.float64, np.int64, np.bool_)
            return ast.Call(self.path("np.array"), [items] if short else [items, dtype], [])
        if isinstance(value, np.generic) and type(value) is value.dtype.type:
            dtype = self.dtype(value.dtype)
            return None if dtype is None else ast.Call(dtype, [self.constant(value.item())], [])
        return None

    def dtype(self, dtype: np.dtype[Any]) -> Any:
        """``np.float64``; None for dtypes of other bytes, of fields and of what Python does not know."""
        name = "bool_" if dtype.name == "bool" else dtype.name
        if (
            dtype.kind not in "fciub"
            or not dtype.isnative
            or dtype.type is not getattr(np, name, 0)
        ):
            return None
        return None if dtype.itemsize > 16 or dtype.name == "float128" else self.path(f"np.{name}")

    def named_object(self, value: Any) -> Any:
        """An object under the name that Python, NumPy or SciPy have for it, else as it is."""
        name, module = text_of(value, "__name__"), text_of(value, "__module__")
        name = name or type(value).__name__.lower()
        if isinstance(value, ModuleType):
            if name in sys.stdlib_module_names and sys.modules.get(name) is value:
                return self.module(name)
            return self.imported(value, name)
        if getattr(builtins, name, None) is value:
            return self.builtin(value)
        if isinstance(value, np.ufunc):
            if getattr(np, name, None) is value:
                return self.path(f"np.{name}")
            module = "scipy.special"
        if isinstance(value, type) and module == "numpy" and getattr(np, name, None) is value:
            return self.path(f"np.{name}")
        public = public_path(value, module, name)
        if public is not None:
            return self.path(public)
        drawn = getattr(np.random, name, None)
        if type(drawn) is type(value) and hasattr(drawn, "__self__") and drawn == value:
            return self.path(f"np.random.{name}")
        public = module.removeprefix("_")
        if (
            public in sys.stdlib_module_names
            and getattr(sys.modules.get(public), name, None) is value
        ):
            return self.path(f"{public}.{name}")
        return self.imported(value, name)

    def module(self, name: str) -> Any:
        """A module that is imported under its name, unless a variable of the function has it."""
        if name in self.variables.values():
            return self.imported(sys.modules[name], name)
        self.modules.add(name)
        return ast.Name(name, ast.Load())

    def builtin(self, value: Any) -> Any:
        """One of Python's own; handed to the module where the function has a variable of that name."""
        if value.__name__ in (*self.variables.values(), *self.calls.values()):
            return self.imported(value, value.__name__)
        return ast.Name(value.__name__, ast.Load())

    def imported(self, value: Any, name: str) -> Any:
        """An object of the user's, handed to the module under a name of its own."""
        own = {*self.variables.values(), *self.calls.values(), *self.reserved}
        for known, item in self.objects.items():
            if item is value and known not in own:
                return ast.Name(known, ast.Load())

        def taken(name: str) -> bool:
            return (
                name in own
                or name in self.objects
                or name in ("np", "scipy", MARK)
                or name in sys.stdlib_module_names
                or hasattr(builtins, name)
                or hasattr(runtime, name)
            )

        name = as_name(name, "object_", taken)
        self.objects[name] = value
        return ast.Name(name, ast.Load())

    def op_procedure(self, procedure: Const, args: Any) -> Any:
        return self.call(self.expression(procedure), list(args))

    def op_either(self, condition: Any, a: Any, b: Any) -> Any:
        return ast.IfExp(*(self.expression(part) for part in (condition, a, b)))

    def op_bool_and(self, a: Any, b: Any) -> Any:
        return ast.BoolOp(ast.And(), [self.expression(a), self.expression(b)])

    def op_bool_or(self, a: Any, b: Any) -> Any:
        return ast.BoolOp(ast.Or(), [self.expression(a), self.expression(b)])

    def op_getitem(self, x: Any, index: Any) -> Any:
        return self.subscript(x, index, ast.Load())

    def op_getattr(self, owner: Any, name: Const) -> Any:
        return self.method(owner, name.value)

    def op_slice(self, *parts: Any) -> Any:
        return self.call(self.builtin(slice), list(parts))

    def op_tape(self) -> Any:
        return ast.List([], ast.Load())

    def op_slice_indices(self, cut: Any, count: Any) -> Any:
        return ast.Call(self.method(cut, "indices"), [self.expression(count)], [])

    def op_index_of(self, xs: Any, item: Any) -> Any:
        return ast.Call(self.method(xs, "index"), [self.expression(item)], [])

    def op_key_table(self) -> Any:
        return ast.Dict([], [])

    def op_key_set(self) -> Any:
        return self.call(self.builtin(set), [])

    def op_add_key(self, members: Any, key: Any) -> Any:
        return self.call(self.method(members, "add"), [key])

    def op_discard_key(self, members: Any, key: Any) -> Any:
        return self.call(self.method(members, "discard"), [key])

    def op_remove_key(self, members: Any, key: Any) -> Any:
        return self.call(self.method(members, "remove"), [key])

    def op_clear_keys(self, table: Any) -> Any:
        return ast.Call(self.method(table, "clear"), [], [])

    def op_has_key(self, table: Any, key: Any) -> Any:
        return ast.Compare(self.expression(key), [ast.In()], [self.expression(table)])

    def op_key_count(self, table: Any) -> Any:
        return self.call(self.builtin(len), [table])

    def op_place_of(self, table: Any, key: Any) -> Any:
        return ast.Subscript(self.expression(table), self.expression(key), ast.Load())

    def op_places_of(self, table: Any) -> Any:
        values = ast.Call(self.method(table, "values"), [], [])
        return ast.Call(self.builtin(list), [values], [])

    def op_list_of(self, items: Any) -> Any:
        if isinstance(items, str):
            return self.call(self.builtin(list), [items])
        values = items.value if isinstance(items, Const) else items
        found = [self.expression(Const(v) if isinstance(items, Const) else v) for v in values]
        return ast.List(found, ast.Load())

    def op_pop(self, tape: Any) -> Any:
        return ast.Call(self.method(tape, "pop"), [], [])

    def op_array_literal(self, items: Any) -> Any:
        return self.call(self.path("np.array"), [items])

    def op_array_of(self, items: Any, dtype: Any = Const(None)) -> Any:
        elements = [self.expression(item) for item in items]
        return ast.Call(self.path("np.array"), [ast.List(elements, ast.Load())], [])

    def is_array(self, x: Any) -> bool:
        if not isinstance(x, str) or x in self.inline:
            return False
        kind = self.function.kinds[x]
        return kind.base == "array" and kind.shape != ()  # of no dimension, it may be a number

    def op_np_shape(self, x: Any) -> Any:
        if self.is_array(x):
            return self.method(x, "shape")
        return self.call(self.path("np.shape"), [x])

    def op_copied(self, x: Any) -> Any:
        return ast.Call(self.method(x, "copy"), [], [])

    def op_np_copy(self, x: Any) -> Any:
        kind = self.function.kinds[x] if isinstance(x, str) else None
        if kind is not None and kind.base == "array" and kind.shape != ():
            return ast.Call(self.method(x, "copy"), [], [])
        return self.call(self.path("np.copy"), [x])

    def op_np_size(self, x: Any, axis: Any = Const(None)) -> Any:
        if self.is_array(x) and axis == Const(None):
            return self.method(x, "size")
        return self.call(self.path("np.size"), [x] if axis == Const(None) else [x, axis])

    def op_np_transpose(self, x: Any, axes: Any = Const(None)) -> Any:
        if isinstance(x, str) and self.function.kinds[x].base == "array" and axes == Const(None):
            return self.method(x, "T")
        args = [x] if axes == Const(None) else [x, axes]
        return self.call(self.path("np.transpose"), args)

    def op_text(self, parts: Any) -> Any:
        """``f"{x} of {n + 1}"``, which Numba knows; ``"{:.3f} of {}".format(x, n)``"""
        shown = [item for part in parts for item in self.shown(part)]
        if all(item is not None for item in shown):
            return ast.JoinedStr(shown)
        template, values = "", []
        for part in parts:
            let = self.inline.get(part) if isinstance(part, str) else None
            if isinstance(part, Const) and type(part.value) is str:
                template += part.value.replace("{", "{{").replace("}", "}}")
            elif let is not None and let.op == "format" and _is_plain(let.args[1]):
                template += _field(let.args[1].value, let.args[2].value)
                values.append(self.expression(let.args[0]))
            else:
                template += "{!s}" if self.is_narrow(part) else "{}"
                values.append(self.expression(part))
        return self.formatted(template, values)

    def is_narrow(self, part: Any) -> bool:
        """Whether ``str`` gives other digits than ``format``: of NumPy's numbers."""
        return isinstance(part, str) and self.function.kinds[part].base == "scalar"

    def shown(self, part: Any) -> list[Any]:
        """A part of a text as f-strings hold it; None unless it is constant, a variable or a sum of them."""
        let = self.inline.get(part) if isinstance(part, str) else None
        if isinstance(part, Const) and type(part.value) is str:
            return [ast.Constant(part.value)]
        if let is not None and let.op == "text":
            return [item for inner in let.args[0] for item in self.shown(inner)]
        if let is not None and let.op == "format" and let.args[1:] == (Const(""), Const("")):
            part = let.args[0]
        elif self.is_narrow(part):
            return [None]
        value = self.expression(part)
        return [ast.FormattedValue(value, -1, None) if _is_sum(value) else None]

    def op_format(self, value: Any, spec: Any, conversion: Const) -> Any:
        if not conversion.value:
            return self.call(self.builtin(format), [value, spec])
        if _is_plain(spec):
            template = _field(spec.value, conversion.value)
            return self.formatted(template, [self.expression(value)])
        template = _field("{}", conversion.value)
        return self.formatted(template, [self.expression(value), self.expression(spec)])

    def formatted(self, template: str, values: list[Any]) -> Any:
        method = ast.Attribute(ast.Constant(template), "format", ast.Load())
        return ast.Call(method, values, [])

    def op_call(self, function: Any, args: Any, keys: Const, named: Any) -> Any:
        return self.opaque_call(function, args, keys, named)

    def op_member(self, owner: Any, name: Const) -> Any:
        return self.method(owner, name.value)

    def op_outside(self, value: Const, name: Const) -> Any:
        return self.imported(value.value, name.value)

    def op_invoke(self, owner: Any, name: Const, args: Any, keys: Const, named: Any) -> Any:
        call = self.opaque_call(Const(None), args, keys, named)
        call.func = self.method(owner, name.value)
        return call

    def op_apply(self, function: Any, args: Any, keys: Const, named: Any) -> Any:
        return self.opaque_call(function, args, keys, named)

    def op_solve(self, function: Any, args: Any, keys: Const, named: Any) -> Any:
        return self.opaque_call(function, args, keys, named)

    def opaque_call(self, function: Any, args: Any, keys: Const, named: Any) -> Any:
        positional = args.value if isinstance(args, Const) else args
        found = [self.expression(Const(a) if isinstance(args, Const) else a) for a in positional]
        values = [Const(v) for v in named.value] if isinstance(named, Const) else list(named)
        keywords = [
            ast.keyword(key, self.expression(value))
            if is_name(key)
            else ast.keyword(None, ast.Dict([self.constant(key)], [self.expression(value)]))
            for key, value in zip(keys.value, values, strict=True)
        ]
        return ast.Call(self.expression(function), found, keywords)


def _is_sum(node: Any) -> bool:
    """Whether an expression is a variable, or arithmetic of some: it holds no quotes."""
    inner = (ast.Name, ast.Load, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
    number = isinstance(node, ast.BinOp | ast.UnaryOp)
    return isinstance(node, ast.Name) or (
        number
        and all(
            isinstance(part, inner)
            or (isinstance(part, ast.Constant) and isinstance(part.value, int | float))
            for part in ast.walk(node)
        )
    )


def _is_plain(spec: Any) -> bool:
    """Whether a format can stand in a template."""
    return isinstance(spec, Const) and not set(spec.value) & set("{}")


def _field(spec: str, conversion: str) -> str:
    """The field of a template for one value."""
    return "{" + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
