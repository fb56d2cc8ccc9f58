"""Checks of derivatives, for srcgrad's own rules and for those that users add.

``check_rule`` takes one operation and follows its rule outside the engine: the rule's lines are
spliced in as they are into an adjoint, run, and compared with central differences and with the
rule's own forward mode. ``check_vjp`` does the same for a whole function through ``srcgrad.vjp``, and
``check_grads`` for its derivatives up to some order, by all mixes of modes.

What they cannot detect: a rule that is wrong only at points, shapes or dtypes that were not given.
At kinks and ties central differences are no judge: pass ``smooth=False`` and compare what
``check_rule`` returns with the values that you expect.
"""

from srcgrad.testing.checks import check_rule, check_vjp, generated, options
from srcgrad.testing.orders import check_grads

__all__ = ["check_grads", "check_rule", "check_vjp", "generated", "options"]
