"""Elaboration of imports inside functions: they are made when source is generated."""

from __future__ import annotations

import importlib
from typing import Any

from srcgrad.ir.nodes import Const
from srcgrad.values.signals import Raised
from srcgrad.values.walk import Walk


class Imports(Walk):
    """``import`` statements."""

    def do_import(self, node: Any) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            module = self.imported(importlib.import_module, alias.name)
            self.set_name(
                name, module if alias.asname else self.imported(importlib.import_module, name)
            )

    def imported(self, function: Any, *args: Any) -> Const:
        try:
            return Const(function(*args))
        except (ImportError, AttributeError) as error:
            found = error if isinstance(error, ImportError) else ImportError(str(error))
            raise self.raising(
                found,
                f"this import raises {type(found).__name__}: {found}",
                "the function itself raises here",
                "install the module, or mend the import",
            ) from None

    def do_importfrom(self, node: Any) -> None:
        if node.level:
            package = self.frame.namespace.get("__package__") or ""
            module = self.imported(
                importlib.import_module, "." * node.level + (node.module or ""), package
            ).value
        else:
            module = self.imported(importlib.import_module, node.module).value
        for alias in node.names:
            try:
                self.imported(getattr, module, alias.name)
                found = self.constant_attribute(module, alias.name)
            except Raised:
                found = self.imported(importlib.import_module, f"{module.__name__}.{alias.name}")
            self.set_name(alias.asname or alias.name, found)
