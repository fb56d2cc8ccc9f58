"""What a variable may hold while a function is elaborated."""
