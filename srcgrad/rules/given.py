"""Operations that call a function with derivatives of the user's, and these (``runtime.given``)."""

from __future__ import annotations

from srcgrad.rules import exceptions, facts
from srcgrad.rules.operation import parameters, register
from srcgrad.runtime import called, gradients, tangents

DEAR = {"cost": 100, "raises": exceptions.anything}

for _helper in (called, gradients, tangents):
    register(_helper, parameters(_helper), facts.opaque, **DEAR)
