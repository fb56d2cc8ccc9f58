"""From a callable to the IR: reading, the fence, structure, elaboration."""
