"""Facts about programs of the IR: what aliases what, what carries a derivative."""
