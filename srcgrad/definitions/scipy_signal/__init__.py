"""``scipy.signal``: definitions of windows and convolutions, of filters, and of spectra."""
