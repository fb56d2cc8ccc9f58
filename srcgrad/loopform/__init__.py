"""From array statements to loops: the form that compiled code has (nests over index variables)."""
