"""Jacobians, Hessians and what else is asked of derivatives, written in terms of vjp, jvp and pullback.

``trees``     the floating leaves of structures
``arguments`` which inputs move
``jacobians`` Jacobians, by rows or by columns; ``batches``, by many directions at once
``sparse``    sparse ones: ``index_sets`` finds the pattern, ``colouring`` what is computed together
``hessians``  Hessians and their products
``fields``    derivatives by element, divergences, Laplacians
``along``     derivatives along directions: ``forward``, ``linearize``
``vectors``   structures as vectors
``derived``   the functions that these calls make
``walked``    the same inside of functions that are differentiated
"""

from srcgrad.calls import walked as _walked  # noqa: F401  (whoever has a call, it is known inside)
