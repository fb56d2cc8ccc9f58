"""Names outside that a function sets and puts back: globals, and attributes of modules.

Generated code sets none of them. The walk knows what they hold at each place, as it does of variables, and
where the function ends they hold what they did. That must be so where something raises on the way, too: a
name may be set where the ``finally`` of a ``try`` or the end of a ``with`` is certain to put it back,
which must begin at once. Code that is not followed reads the real names: it is refused in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import gast

from srcgrad.source.read import module_of, unwrapped
from srcgrad.values.abstract import Conflict
from srcgrad.values.signals import Raised, Refused
from srcgrad.values.standard import is_standard, of_library
from srcgrad.values.state import Setting
from srcgrad.values.store import NUMBERS, UNDEFINED, Key, same
from srcgrad.values.walk import Walk

SEEN_LATER = "and a later call would see the new value"
PUT_BACK = (
    "put it back in the `finally` of a `try` that follows at once, or at the end of a `with`; "
    "or take the value as an argument, and return the new one"
)


@dataclass
class Region:
    """A ``with``, or a ``try`` with ``finally``; ``first`` is the first setting that it covers."""

    first: int
    body: dict[Key, Any] = field(default_factory=dict)  # what all variables held where it began


class OutsideStates(Walk):
    """What is set outside, and where it is put back."""

    # --- names ------------------------------------------------------------------------------

    def state_at(self, namespace: dict[str, Any], name: str, node: Any = None) -> Any:
        """What a name outside holds here; UNDEFINED if the function never sets it."""
        space = self.spaces.get(id(namespace))
        value = UNDEFINED if space is None else self.store.get(space, name)
        if isinstance(value, Conflict):
            raise self.conflict(name, value, node)
        if value is not UNDEFINED and self.in_cache is not None:
            raise self.refuse(
                f"a function with a cache reads `{name}`, which is set while it runs",
                "the cache does not know with which value a result was computed",
                "pass it as an argument",
            )
        return value

    def set_state(
        self, namespace: dict[str, Any], name: str, value: Any, read: Callable[[], Any], node: Any
    ) -> None:
        """A name outside is set, which holds what ``read()`` gives as long as none is."""
        space = self.spaces.get(id(namespace))
        if space is None or (space, name) not in self.originals:
            if name not in namespace:
                self.not_put_back(name, "it is not there before", node)
            self.begin_state(namespace, name, read() if name in namespace else value)
        key = self.spaces[id(namespace)], name
        before, block = self.store.content[key], self.b.block
        self.store.set(*key, self.in_variable(value))
        kept = same(value, self.originals[key])
        if not kept or any(setting.key == key for setting in self.settings):
            self.settings.append(Setting(key, before, self.frame, node, block, len(block)))

    def begin_state(self, namespace: dict[str, Any], name: str, value: Any) -> None:
        """From here on, a name outside is a variable, which has held this from the start."""

        def begin() -> None:
            space = self.spaces.setdefault(id(namespace), NUMBERS.next())
            self.originals[space, name] = value
            self.store.set(space, name, value)

        self.at_entry(begin)

    def not_put_back(self, name: str, why: str, node: Any) -> Refused:
        declared = isinstance(node, gast.Global)
        what = "`global` of a name that is assigned" if declared else f"setting `{name}` outside"
        return self.refuse(
            f"{what} cannot be differentiated", f"{why}, {SEEN_LATER}", PUT_BACK, node
        )

    # --- putting back -----------------------------------------------------------------------

    @contextmanager
    def put_back(self) -> Iterator[Region]:
        """For a ``with`` or ``try``, from before it sets anything to after it has put it back."""
        count = len(self.settings)
        try:
            yield Region(count)
        except Raised:
            raise
        except BaseException:  # this is walked again, or refused
            del self.settings[count:]
            raise

    def covered(self, region: Region) -> None:
        """What a ``with`` or ``try`` is about begins; what was just set is put back at its end."""
        region.first, block = len(self.settings), self.b.block
        for setting in reversed(self.settings):
            if setting.block is not block or setting.emitted != len(block):
                break  # what stands between may raise
            region.first -= 1
        region.body = self.store.snapshot()

    @contextmanager
    def leaving(self, region: Region) -> Iterator[None]:
        """For what runs at its end, whatever happens before."""
        last, number = len(self.settings), NUMBERS.value
        outer, found = self.store.reading, dict[Key, Any]()
        self.store.reading = found
        try:
            yield
        finally:
            self.store.reading = outer
            if outer is not None:
                outer.update({key: item for key, item in found.items() if key not in outer})
        reads = {key: found[key] for key in found if key[0] <= number and key not in self.originals}
        if all(same(value, self.before(region.body, key)) for key, value in reads.items()):
            inside, after = self.settings[region.first : last], self.settings[last:]
            back = {setting.key for setting in after if self.is_back(setting.key, inside, after)}
            rest = [setting for setting in (*inside, *after) if setting.key not in back]
            self.settings[region.first :] = rest

    def before(self, state: dict[Key, Any], key: Key) -> Any:
        return state.get(key, self.store.outside.get(key, UNDEFINED))

    def is_back(self, key: Key, inside: list[Setting], after: list[Setting]) -> bool:
        """Whether a name holds what it did before it was set ``inside``, and was set once for that."""
        before = [setting.before for setting in inside if setting.key == key]
        once = sum(setting.key == key for setting in after) == 1
        return bool(before) and once and same(self.store.content[key], before[0])

    def check_put_back(self) -> None:
        """At the end of the function: refuse what is not certain to be put back."""
        frame = self.frame
        for key, value in self.originals.items():
            found = [setting for setting in self.settings if setting.key == key]
            if not found and same(self.store.content[key], value):
                continue
            fails = same(self.store.content[key], value)
            why = "where something raises, it is not put back" if fails else "it is not put back"
            if found:
                self.frame = found[0].frame
            self.not_put_back(key[1], why, found[0].node if found else None)
        self.frame = frame

    # --- what reads the real names ----------------------------------------------------------

    def changed_states(self) -> dict[Key, Any]:
        """What the names outside hold here that hold something else."""
        return {
            key: self.store.content[key]
            for key, value in self.originals.items()
            if not same(self.store.content[key], value)
        }

    def check_states(self, function: Any, *args: Any) -> None:
        """Refuse a call of code that is not followed, if it may read a name that is set."""
        changed = self.changed_states()
        if changed and not all(map(reads_no_names, (function, *args))):
            name = min(key[1] for key in changed)
            raise self.refuse(
                f"code that is not followed is called while `{name}` holds another value",
                "generated code assigns no names outside the function, so it would read the old one",
                "call it outside of the `with` or `try` that sets the name, or pass the value",
            )


def reads_no_names(value: Any) -> bool:
    """Whether what is called, or handed to a call, reads no names of the user's modules."""
    value = getattr(value, "value", value)
    if not callable(value):
        return True
    plain = unwrapped(value)
    owner = getattr(plain, "__self__", None)
    if isinstance(plain, FunctionType):
        return of_library(plain) or module_of(plain).startswith("srcgrad.")
    return is_standard(plain if owner is None or isinstance(plain, type) else type(owner)) or (
        is_standard(plain) or is_standard(type(plain))
    )
