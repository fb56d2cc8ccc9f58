"""What Numba up to 0.66 takes for its own and cannot do: ``np.sum`` with ``keepdims`` or axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core.typing import npydecl


def leave_sums(template: Any) -> None:
    """Have Numba's typing of ``np.sum`` pass on the calls whose arguments it has no place for."""
    own = template.generic

    def generic(self: Any, args: Any, kws: Any) -> Any:
        axis = kws.get("axis", args[1] if len(args) > 1 else None)
        if set(kws) - {"axis", "dtype"} or isinstance(axis, types.BaseTuple):
            return None
        return own(self, args, kws)

    template.generic = generic


for function, kind in npydecl.registry.globals:
    if function is np.sum:  # from 0.67 on it is an overload, which refuses them by itself
        for template in kind.templates:
            leave_sums(template)
