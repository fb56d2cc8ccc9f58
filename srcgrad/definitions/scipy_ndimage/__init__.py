"""``scipy.ndimage``: definitions of filters, of splines and of statistics of labels."""
