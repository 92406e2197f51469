"""Lists that leave the shop as files: what may be taken along, made in the background, kept sealed for a few days.

An *export* is one such file, of one *list* (members, orders, …) with chosen *columns*, for whoever asked for it and nobody else.
"""
