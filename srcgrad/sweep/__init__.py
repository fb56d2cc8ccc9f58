"""The parts of the reverse sweep: adjoints of names, of memory, of branches."""
