"""From the IR to that of its derivative, and what it keeps."""
