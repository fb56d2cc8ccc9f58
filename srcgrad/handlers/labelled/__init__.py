"""Arrays with labels, of pandas and xarray: what their methods mean in the walk."""
