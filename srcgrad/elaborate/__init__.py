"""From syntax to the IR: one walk on abstract values."""
