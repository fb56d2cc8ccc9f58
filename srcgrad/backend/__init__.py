"""From the IR to Python: variables, nesting, printing, and modules that can be loaded."""
