"""What ``srcgrad.explain`` says of a derivative: what it keeps, computes and calls."""
