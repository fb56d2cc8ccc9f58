"""Jacobians, Hessians and what else is asked of derivatives, written in terms of vjp, jvp and pullback.

``trees``     the floating leaves of structures
``jacobians`` Jacobians, by rows or by columns
``hessians``  Hessians and their products
``fields``    derivatives by element, divergences, Laplacians
``along``     derivatives along directions: ``forward``, ``linearize``
``derived``   the functions that these calls make
``walked``    the same inside of functions that are differentiated
"""
