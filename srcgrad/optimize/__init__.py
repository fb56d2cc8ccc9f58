"""From the IR to the IR: what need not be computed, and what must be kept."""
