"""What calls of functions of Python and NumPy mean in the walk."""
