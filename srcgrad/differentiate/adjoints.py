"""Adjoints of names: values that are rebound, shadows that are added to, twins of references."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from srcgrad.analysis.alias import (
    held_names,
)
from srcgrad.analysis.complex import is_complex
from srcgrad.analysis.shadows import moves, nothing, sources, with_values
from srcgrad.differentiate.sweeping import ELSEWHERE, Sweeping
from srcgrad.errors import AliasError, Refusal
from srcgrad.ir import kinds as kindlib
from srcgrad.ir import nodes as ir
from srcgrad.ir.kinds import Kind, same_shape
from srcgrad.ir.nodes import Const, Let, Operand
from srcgrad.ir.origin import NOWHERE
from srcgrad.rules.builder import Builder
from srcgrad.rules.operation import OPS


class Adjoints(Sweeping):
    """The adjoints gathered so far."""

    def make_twins(self) -> None:
        """Names for the twins of all references in classes that control flow mixes."""
        for name in list(self.function.kinds):
            if self.is_twinned(name):
                self.check_array(name, self.kind(name).base == "any")
                base = ir.base(name) or ("" if name in self.alias.base else "buffer")
                self.twins[name] = self.names.fresh(f"{base}_bar" if base else "", self.kind(name))
        for statement in ir.walk(self.function.body):
            for name, source in moves(statement):
                number = source is not None and source not in self.twins
                self.check_array(name, name in self.twins and number)
            if isinstance(statement, Let):
                self.twin_holder(statement)

    def check_array(self, name: str, doubtful: bool) -> None:
        """Raise ``AliasError`` for what may be a number or an array that is written."""
        if not doubtful:
            return
        made = next(
            (s for s in ir.walk(self.function.body) if name in [*ir.defined(s), *ir.local(s)]), None
        )
        at = made.origin if made is not None and made.origin else self.function.origin
        raise AliasError(
            Refusal(
                f"`{ir.base(name) or 'a value'}` may be a number, or an array that is written",
                "its adjoint would live in two ways",
                "copy the array, or make the number an array",
                *(at.place if at else NOWHERE),
            ).render()
        )

    def twin_holder(self, statement: Let) -> None:
        """A list or tape that holds arrays with twins has a twin itself."""
        if not any(n in self.twins for n in held_names(statement, self.names.kinds)):
            return
        holder = statement.target if statement.op == "list_of" else statement.args[0]
        for name in list(self.function.kinds):
            if (
                self.names.kinds[name].base in ("list", "tape")
                and name not in self.twins
                and (self.alias.root(name) == self.alias.root(str(holder)))
            ):
                self.twins[name] = self.names.fresh(f"{ir.base(name)}_bar", self.kind(name))

    def is_twinned(self, name: str) -> bool:
        return name in self.active and self.alias.root(name) in self.twinned

    def twin_of(self, statement: Let) -> list[Let]:
        """The statement beside ``statement`` that makes its target's twin."""
        target = statement.target
        holder = (
            target
            if statement.op in ("tape", "list_of")
            else (statement.args[0] if statement.op in ir.TAPES else None)
        )
        if holder in self.twins or self.holds_twins(statement):
            return self.held_twin(statement)
        if target is None or target not in self.twins:
            return []
        if self.alias.base.get(target) in self.twins:
            args = (self.twins[self.alias.base[target]], *statement.args[1:])
            return [
                Let(self.twins[target], statement.op, args, statement.origin, True, statement.site)
            ]
        op = "zeros_of" if self.kind(target).base == "list" else "np.zeros_like"
        args = OPS[op].complete(self.zeros_like(target) if op == "np.zeros_like" else (target,))
        return [Let(self.twins[target], op, args, statement.origin, True, statement.site)]

    def held_twin(self, statement: Let) -> list[Let]:
        """The same statement on a list's twin, which holds the twins of items, or zeros."""
        target = statement.target
        builder = Builder(self.names, adjoint=True)
        builder.origin, builder.site = statement.origin, statement.site

        def item(operand: Operand) -> Operand:
            if isinstance(operand, str) and operand in self.twins:
                return self.twins[operand]
            if self.names.kind(operand).immutable or not isinstance(operand, str):
                return Const(0.0)
            list_kind = self.kind(operand).base in ("list", "tape")
            return builder.emit("zeros_of" if list_kind else "np.zeros_like", operand)

        if statement.op == "list_of":
            args: tuple[Any, ...] = (tuple(item(x) for x in statement.args[0]),)
        elif statement.op == "push" or (statement.op == "setitem"):
            args = (*ir.rename(statement.args[:-1], self.twins), item(statement.args[-1]))
        else:
            args = ir.rename(statement.args, self.twins)
        name = None if target is None else self.twins.get(target)
        if target is not None and name is None:  # what is popped is a zero
            name = self.names.fresh("", self.adjoint_kind(target))
        made = replace(statement, target=name, args=args, adjoint=True)
        return [*builder.take(), made]  # type: ignore[list-item]

    def holds_twins(self, statement: Let) -> bool:
        """Whether a statement puts references that have twins into a list, or takes one out."""
        owner = statement.args[0] if statement.args else None
        return (
            isinstance(owner, str)
            and owner in self.twins
            and any(name in self.twins for name in held_names(statement, self.names.kinds))
        )

    def twin(self, operand: Operand | None) -> Operand | None:
        return self.twins.get(operand, operand) if isinstance(operand, str) else operand

    def adjoint_of(self, name: str) -> Operand | None:
        """The adjoint gathered so far; None if nothing was added."""
        if name in self.twins:
            return self.twins[name]
        if name in self.memory:
            return self.shadow.get(name)
        return self.bar.get(name)

    def shadow_of(self, name: str) -> str:
        """The shadow of an array; that of a view is the same view of its base's shadow."""
        if name in self.twins:
            return self.twins[name]
        if name not in self.shadow:
            base = self.alias.base.get(name)
            if base is not None and base in self.memory:
                statement = self.definitions[name]
                view = self.b.emit(
                    statement.op,
                    self.shadow_of(base),
                    *statement.args[1:],
                    base=self.bar_name(name),
                )
                self.shadow[name] = str(view)
            else:
                self.open(name)
        return self.shadow[name]

    def open(self, name: str) -> None:
        """Allocate the shadow of an array, filled with zeros."""
        made: tuple[Any, ...] = {"list": ("zeros_of", name), "tape": ("tape",)}.get(
            self.kind(name).base, ("np.zeros_like", *self.zeros_like(name))
        )  # a tape is empty when it was popped
        shadow = self.b.emit(*made, base=self.bar_name(name), kind=self.kind(name))
        if name in self.unset:
            self.measured.add(self.like(name))
        self.shadow[name] = str(shadow)

    def measurable(self, forward: ir.Block) -> ir.Block:
        """The forward sweep with a value on every path for arrays that a shadow is made like."""
        wanted = sources(forward, self.measured)

        def value(name: str, operand: Any) -> Any:
            if operand is not None or name not in wanted or self.kind(name).base == "list":
                return operand
            return nothing(self.kind(name), self.names, self.sizes)

        return with_values(forward, value) if wanted else forward

    def like(self, name: str) -> str:
        """What has the shape of ``name``: of a companion, the value beside it."""
        return self.originals.get(name, name)

    def zeros_like(self, name: str) -> tuple[Any, ...]:
        """The arguments of ``np.zeros_like`` for the adjoint of ``name``."""
        like = self.like(name)
        alike = self.kind(like).dtype == self.kind(name).dtype
        if is_complex(self.kind(name)) and like not in self.function.params:
            alike = False  # eigenvalues may be real where their kind is complex
        return (like,) if alike else (like, Const(_dtype(str(self.kind(name).dtype))))

    def bar_name(self, name: str) -> str:
        base = ir.base(name)
        if name in self.originals:
            return base
        return f"{base}_bar" if base else ""

    def zero(self, name: str) -> Operand:
        """A zero adjoint, made by kind."""
        if self.kind(name).immutable or self.is_open(name):
            return Const(0.0)
        given = self.given_zeros(name)
        if given is not None:
            return given
        return self.b.emit("np.zeros_like", *self.zeros_like(name), base=self.bar_name(name))

    def given_zeros(self, name: str) -> str | None:
        """Zeros in the shape of an array that may be undefined, if its shape is given elsewhere.

        If not, its value is made known to be read.
        """
        if name not in self.unset:
            return None
        found = self.sizes.zeros(self.kind(name), self.b, self.bar_name(name))
        if found is None:
            self.measured.add(self.like(name))
        return found

    def is_open(self, name: str) -> bool:
        """Whether nothing says on some path how large the adjoint of a name is: it may be a 0."""
        return name in self.unset and not (self.kind(name).base == "array" and self.kind(name).ndim)

    def accumulate(self, name: Operand, value: Operand | None, used: Operand | None = None) -> None:
        """Add a contribution, which has the shape and dtype of ``name``, to its adjoint.

        ``used`` is positive where it uses ``name``; None: it uses all.
        """
        if value is None or not isinstance(name, str) or name not in self.active:
            return
        if name in self.companions and used != ELSEWHERE:
            self.note_usage(name, used)
        if self.kind(name).immutable and not self.kind(value).immutable:
            value = self.b.emit("np.sum", value)  # a 0-d array on another path
        if self.kind(name).base == "list":
            if self.holds_written(name):
                self.add_to_each(name, lambda k, item: self.b.emit("getitem", value, k))
            else:
                self.b.effect("add_items", self.shadow_of(name), value)
            return
        value = self.real_part(value, self.kind(name))
        if name in self.memory or name in self.twins:
            if self.alias.root(name) in self.reshaped and name not in self.twins:
                self.shadow_of(name)  # of the layout of ``name``, so that a reshape is a view
            if (
                name in self.shadow
                or name in self.twins
                or self.alias.base.get(name) in (self.memory)
            ):
                self.b.effect("additem", self.shadow_of(name), Const(Ellipsis), value)
            else:
                self.shadow[name] = str(self.own(value, name))
            return
        have = self.bar.get(name)
        if have is None or have == Const(0.0):
            self.bar[name] = value
        else:
            self.bar[name] = self.b.emit(
                "add", have, value, base=self.bar_name(name), kind=self.adjoint_kind(name)
            )

    def conjugated(self, adjoint: Operand) -> Operand:
        """From PyTorch's convention for complex numbers to the engine's own, or back."""
        if is_complex(self.kind(adjoint)):
            return self.b.emit("np.conjugate", adjoint)
        return adjoint

    def real_part(self, value: Operand, want: Kind) -> Operand:
        """The contribution to a real operand of what is complex."""
        if is_complex(self.kind(value)) and not is_complex(want):
            return self.b.emit("np.real", value)
        return value

    def own(self, value: Operand, name: str) -> Operand:
        """A contribution as an array that nothing else holds."""
        return self.b.emit("np.copy", value, base=self.bar_name(name), kind=self.adjoint_kind(name))

    def named(self, value: Operand, name: str) -> Operand:
        """Name a temporary that was just computed after the variable whose adjoint it is."""
        base = self.bar_name(name)
        if isinstance(value, str) and not ir.base(value) and base and self.b.block:
            last = self.b.block[-1]
            if isinstance(last, Let) and last.target == value:
                new = self.names.fresh(base, self.kind(value))
                self.b.block[-1] = replace(last, target=new)
                return new
        return value

    def adjoint_kind(self, name: str) -> Kind:
        kind = self.kind(name)
        return kindlib.scalar(kind.dtype) if kind.base in ("float", "scalar", "complex") else kind

    def fit(self, value: Operand, name: Operand) -> Operand:
        """A contribution of a broadcast shape, summed to ``name``'s and cast to its dtype."""
        want = self.kind(name)
        value = self.real_part(value, want)
        have = self.kind(value)
        if not same_shape(want, have):
            if want.immutable:
                value = self.b.emit("np.sum", value)
            else:
                shape = self.b.emit("np.shape", self.like(str(name)))
                value = self.b.emit("unbroadcast", value, shape, kind=want)
        return self.cast(value, want)

    def cast(self, value: Operand, want: Kind) -> Operand:
        value = self.real_part(value, want)
        have = self.kind(value)
        if have.dtype == want.dtype or have.base in ("float", "int") or want.base == "float":
            return value
        return self.b.emit("astype", value, Const(want.dtype and _dtype(want.dtype)))


def _dtype(name: str) -> Any:
    import numpy as np

    return np.dtype(name)
