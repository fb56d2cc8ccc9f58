"""``while`` loops.

A condition runs once more than the body. One that changes something, by ``:=`` or by a call that
stores, moves into the body. Before::

    while (y := step(x)) > 1:
        s += y

After::

    running = True
    while running:
        running = (y := step(x)) > 1
        if running:
            s += y
"""

from __future__ import annotations

from typing import Any

import gast

from srcgrad.ir import nodes as ir
from srcgrad.ir.nodes import Block, Const, Let, While
from srcgrad.rules.operation import OPS
from srcgrad.values.walk import Walk


class Impure(Exception):
    """The condition of a loop changes something."""


class Whiles(Walk):
    """Elaboration of ``while``."""

    def do_while(self, node: Any) -> None:
        first = self.foreseen(lambda: self.tested(node))
        if not isinstance(first, Const):
            self.unless_diverging(lambda: self.pure_or_running(node))
        elif first.value:
            self.unless_diverging(
                lambda: self.loop_or_unroll(
                    node,
                    lambda: self.pure_or_running(node),
                    lambda: self.unrolled_while(node, lambda: self.tested(node)),
                    0,
                )
            )
        else:
            self.tested(node)  # once, for what it assigns

    def pure_or_running(self, node: Any) -> None:
        if id(node) in self.running:
            self.running_loop(node, self.running[id(node)])
            return
        state = self.state()
        try:
            self.while_loop(node, lambda: self.while_condition(node), lambda: self.run(node.body))
        except Impure:
            self.reset(state)
            self.guesses.pop(self.loop_key(node), None)
            flag = self.running[id(node)] = f"$running{len(self.running) or ''}"
            self.running_loop(node, flag)

    def while_loop(self, node: Any, test: Any, body: Any) -> None:
        origin = self.b.origin
        state = self.state()
        if self.loop_key(node) in self.peeled:
            self.peel(node, test())
            body()

        def once(_: Any) -> Any:
            with self.b.nested() as head:
                cond = test()
            with self.b.nested() as inner:
                body()
            return head, cond, inner

        carries, (head, cond, inner) = self.agree(node, once)
        if self.peels(node, carries):
            self.reset(state)
            self.while_loop(node, test, body)
            return
        self.b.add(While(carries, head.block, cond, inner.block, origin))

    def while_condition(self, node: Any) -> Any:
        """The condition, unless the loop's flag says that it is left; raises ``Impure``."""
        flag = self.store.get(self.frame.number, node.stop) if node.stop else Const(False)
        if node.stop and isinstance(node.test, gast.Constant):
            return self.negate(flag)
        before = self.store.snapshot()
        with self.b.nested() as inner:
            if isinstance(flag, Const):
                cond = self.tested(node)
            else:
                cond = self.branch(
                    self.negate(flag), lambda: self.tested(node), lambda: Const(False)
                )[0]
        changed = [
            key
            for key in self.store.changed(before)
            if key in before or (key[0] == self.frame.number)
        ]
        if changed or has_effects(inner.block):
            raise Impure
        self.b.block.extend(inner.block)
        return cond

    def tested(self, node: Any) -> Any:
        self.at(node)
        return self.condition(node.test)

    def running_loop(self, node: Any, flag: str) -> None:
        """The loop with its condition in the body."""
        self.set_name(flag, Const(True))

        def test() -> Any:
            running = self.store.get(self.frame.number, flag)
            if not node.stop:
                return running
            stopped = self.store.get(self.frame.number, node.stop)
            return self.b.emit("bool_and", self.negate(stopped), running)

        def body() -> None:
            cond = self.tested(node)
            self.set_name(flag, cond)
            if isinstance(cond, Const):
                self.run(node.body if cond.value else [])
            else:
                self.branch(cond, lambda: self.run(node.body), lambda: None)

        self.while_loop(node, test, body)


def has_effects(block: Block) -> bool:
    """Whether statements write into something."""
    return any(
        isinstance(s, Let) and OPS[s.op].effect and not OPS[s.op].flat for s in ir.walk(block)
    )
