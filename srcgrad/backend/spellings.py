"""How constants, objects and single operations are spelled in generated code."""

from __future__ import annotations

import ast
import builtins
import re
import sys
from types import ModuleType
from typing import Any

import numpy as np

from srcgrad.backend.printing import Printing
from srcgrad.ir.nodes import Const


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


class Spellings(Printing):
    """Spellings of constants and operations."""

    def constant(self, value: Any) -> Any:
        if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
            name = "nan" if value != value else "inf"
            found = self.path(f"np.{name}")
            return ast.UnaryOp(ast.USub(), found) if value < 0 else found
        if isinstance(value, bool | str | bytes) or value is None or value is Ellipsis:
            return ast.Constant(value)
        if type(value) is complex and repr(value) != f"{value.imag:g}j":
            parts = [self.constant(value.real), self.constant(value.imag)]
            return ast.Call(ast.Name("complex", ast.Load()), parts, [])
        if type(value) in (int, float, complex):
            if type(value) is not complex and (value < 0 or str(value).startswith("-")):
                return ast.UnaryOp(ast.USub(), ast.Constant(-value))
            return ast.Constant(value)
        if type(value) in (tuple, list):
            sort = ast.Tuple if type(value) is tuple else ast.List
            return sort([self.constant(item) for item in value], ast.Load())
        if isinstance(value, slice):
            parts = [self.constant(p) for p in (value.start, value.stop, value.step)]
            return ast.Call(ast.Name("slice", ast.Load()), parts, [])
        return self.named_object(value)

    def named_object(self, value: Any) -> Any:
        if isinstance(value, np.dtype):
            return self.path(f"np.{value.name}" if value.name != "bool" else "np.bool_")
        if isinstance(value, np.ndarray):
            items = self.constant(value.tolist())
            args = (
                [items]
                if value.size and value.dtype in (np.float64, np.int64, np.bool_)
                else [items, self.path(f"np.{value.dtype.name}")]
            )
            return ast.Call(self.path("np.array"), args, [])
        if isinstance(value, np.generic):
            name = "np.bool_" if isinstance(value, np.bool_) else f"np.{value.dtype.name}"
            return ast.Call(self.path(name), [self.constant(value.item())], [])
        if isinstance(value, type) and value.__module__ == "builtins":
            return ast.Name(value.__name__, ast.Load())
        if isinstance(value, ModuleType) and value.__name__ in sys.stdlib_module_names:
            self.modules.add(value.__name__)
            return ast.Name(value.__name__, ast.Load())
        module = getattr(value, "__module__", None) or ""
        name = getattr(value, "__name__", None) or type(value).__name__.lower()
        if module == "builtins" and name.isidentifier():
            return ast.Name(name, ast.Load())
        if isinstance(value, np.ufunc) and getattr(np, name, None) is not value:
            module = "scipy.special"
        elif isinstance(value, np.ufunc) or (isinstance(value, type) and module == "numpy"):
            return self.path(f"np.{name}")
        if module == "math":
            return self.path(f"math.{name}")
        public = public_path(value, module, name)
        if public is not None:
            return self.path(public)
        if getattr(np.random, name, None) == value:
            return self.path(f"np.random.{name}")
        if getattr(builtins, name, None) is value:
            return ast.Name(name, ast.Load())
        public = module.removeprefix("_")
        if (
            public in sys.stdlib_module_names
            and getattr(sys.modules.get(public), name, None) is value
        ):
            return self.path(f"{public}.{name}")
        return self.imported(value, name)

    def imported(self, value: Any, name: str) -> Any:
        """An object of the user's, handed to the module under a name of its own."""
        name = re.sub(r"\W", "_", name) or "object"
        while name in self.objects and self.objects[name] is not value:
            name += "_"
        taken = {*self.variables.values(), *self.calls.values()}
        while name in taken:
            name += "_"
        self.objects[name] = value
        return ast.Name(name, ast.Load())

    def op_procedure(self, procedure: Const, args: Any) -> Any:
        return self.call(ast.Name(self.calls[procedure.value], ast.Load()), list(args))

    def op_bool_and(self, a: Any, b: Any) -> Any:
        return ast.BoolOp(ast.And(), [self.expression(a), self.expression(b)])

    def op_bool_or(self, a: Any, b: Any) -> Any:
        return ast.BoolOp(ast.Or(), [self.expression(a), self.expression(b)])

    def op_getitem(self, x: Any, index: Any) -> Any:
        return self.subscript(x, index, ast.Load())

    def op_getattr(self, owner: Any, name: Const) -> Any:
        return self.method(owner, name.value)

    def op_slice(self, *parts: Any) -> Any:
        return self.call(ast.Name("slice", ast.Load()), list(parts))

    def op_tape(self) -> Any:
        return ast.List([], ast.Load())

    def op_slice_indices(self, cut: Any, count: Any) -> Any:
        return ast.Call(self.method(cut, "indices"), [self.expression(count)], [])

    def op_index_of(self, xs: Any, item: Any) -> Any:
        return ast.Call(self.method(xs, "index"), [self.expression(item)], [])

    def op_list_of(self, items: Any) -> Any:
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
        """``f"{x} of {n}"`` of variables, which Numba knows; ``"{:.3f} of {}".format(x, n)``"""
        shown = [self.shown(part) for part in parts]
        if all(item is not None for item in shown):
            return ast.JoinedStr(shown)
        template, values = "", []
        for part in parts:
            let = self.inline.get(part) if isinstance(part, str) else None
            if isinstance(part, Const) and isinstance(part.value, str):
                template += part.value.replace("{", "{{").replace("}", "}}")
            elif let is not None and let.op == "format" and _is_plain(let.args[1]):
                template += _field(let.args[1].value, let.args[2].value)
                values.append(self.expression(let.args[0]))
            else:
                template += "{}"
                values.append(self.expression(part))
        return self.formatted(template, values)

    def shown(self, part: Any) -> Any:
        """A part of a text as f-strings hold it; None unless it is constant or a variable."""
        let = self.inline.get(part) if isinstance(part, str) else None
        if isinstance(part, Const) and isinstance(part.value, str):
            return ast.Constant(part.value)
        if let is not None and let.op == "format" and let.args[1:] == (Const(""), Const("")):
            part = let.args[0]
        name = self.expression(part)
        return ast.FormattedValue(name, -1, None) if isinstance(name, ast.Name) else None

    def op_format(self, value: Any, spec: Any, conversion: Const) -> Any:
        if not conversion.value:
            return self.call(ast.Name("format", ast.Load()), [value, spec])
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

    def opaque_call(self, function: Any, args: Any, keys: Const, named: Any) -> Any:
        positional = args.value if isinstance(args, Const) else args
        found = [self.expression(Const(a) if isinstance(args, Const) else a) for a in positional]
        values = [Const(v) for v in named.value] if isinstance(named, Const) else list(named)
        keywords = [
            ast.keyword(key, self.expression(value))
            for key, value in zip(keys.value, values, strict=True)
        ]
        return ast.Call(self.expression(function), found, keywords)


def _is_plain(spec: Any) -> bool:
    """Whether a format can stand in a template."""
    return isinstance(spec, Const) and not set(spec.value) & set("{}")


def _field(spec: str, conversion: str) -> str:
    """The field of a template for one value."""
    return "{" + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "") + "}"
