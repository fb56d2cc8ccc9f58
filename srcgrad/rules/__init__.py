"""Derivative rules: one file for each area of NumPy. Importing this package registers them all."""

import importlib
import pkgutil

_NOT_RULES = ("registry", "template", "facts", "on_demand")  # and families of facts

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    if _module not in _NOT_RULES and not _module.endswith("_facts"):
        importlib.import_module(f"{__name__}.{_module}")
