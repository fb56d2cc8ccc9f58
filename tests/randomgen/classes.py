"""Objects of classes that derive from `dict` and `list`, with attributes and methods of their own."""

from __future__ import annotations

from tests.randomgen.expressions import expression
from tests.randomgen.kinds import FLOAT, Dict, List
from tests.randomgen.writer import Writer

CLASSES = """class Record(dict):
    scale = 0.5

    @property
    def total(self):
        return self["w"] + self.scale * self["b"]

    @staticmethod
    def bent(value):
        return 0.5 * np.tanh(value)

    def __missing__(self, key):
        return self.scale * len(key)


class Settings(dict):
    def __getattr__(self, name):
        return self[name]


class Track(list):
    gain = 0.4

    def grow(self, value):
        self.append(self.gain * value)

    def ends(self):
        return self[0] - self.gain * self[-1]
""".splitlines()


def derived(w: Writer) -> bool:
    """An object of such a class, what is done to it, and a number that it gives."""
    return w.chooser.pick([_record, _settings, _track])(w)


def _number(w: Writer, depth: int = 1) -> str:
    return expression(w, FLOAT, depth).text


def _record(w: Writer) -> bool:
    name, target = w.fresh(), w.fresh()
    w.emit(f"{name} = Record(w={_number(w)}, b={_number(w)})")
    for line in w.chooser.some(
        [
            f"{name}['w'] -= {_number(w)}",
            f"{name}.update(b={_number(w)})",
        ],
        w.chooser.integer(0, 1),
    ):
        w.emit(line)
    forms = [
        f"{name}.total",
        f"{name}['b'] * {name}.scale",
        f"{name}['bias'] + {name}.bent({name}['w'])",
        f"getattr({name}, 'scale', 0.7) * {name}['w'] - {name}['b']",
        f"{name}.get('bias', 0.7) * {name}.total",
        f"sum({name}.values()) * {name}.scale",
    ]
    w.emit(f"{target} = {w.chooser.pick(forms)}")
    w.bind(name, Dict((("w", FLOAT), ("b", FLOAT))), fixed=True)
    w.bind(target, FLOAT)
    return True


def _settings(w: Writer) -> bool:
    name, target = w.fresh(), w.fresh()
    w.emit(f"{name} = Settings(w={_number(w)}, b={_number(w)})")
    if w.chooser.chance(0.5):
        w.emit(f"{name}['w'] += {_number(w)}")
    w.emit(f"{target} = {name}.w * {name}.b - {name}['b']")
    w.bind(name, Dict((("w", FLOAT), ("b", FLOAT))), fixed=True)
    w.bind(target, FLOAT)
    return True


def _track(w: Writer) -> bool:
    name, target = w.fresh(), w.fresh()
    w.emit(f"{name} = Track([{_number(w)}, {_number(w)}])")
    for line in w.chooser.some(
        [
            f"{name}.grow({_number(w)})",
            f"{name}.append({_number(w)})",
            f"{name}[0] *= np.cos({_number(w)})",
        ],
        w.chooser.integer(1, 3),
    ):
        w.emit(line)
    forms = [
        f"{name}.ends()",
        f"{name}.ends() + sum({name})",
        f"{name}[-1] * {name}.gain * len({name})",
        f"sum(np.sin(item) for item in {name}) - {name}.gain",
    ]
    w.emit(f"{target} = {w.chooser.pick(forms)}")
    w.bind(name, List(FLOAT, 2), fixed=True)
    w.bind(target, FLOAT)
    return True
