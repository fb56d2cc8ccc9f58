"""From array statements to loops: the form that compiled code has (nests over index variables)."""

EACH = "each"  # the label of a loop over the elements of arrays
SHARED = "shared"  # that of a loop whose iterations threads share
