"""``scipy.linalg``: in terms of ``numpy.linalg``, factorisations, matrices of a special form."""
