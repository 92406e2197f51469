"""Tills (钱箱): shifts from opening float to counted close, and every tender that passed through them."""
