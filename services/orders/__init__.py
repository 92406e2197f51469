"""Records of what was sold: orders, their lines, discounts shares and tenders. `checkout` writes them, this domain keeps them.

Words: a *line* is a product, its options and a quantity; a *share* is the part of a discount that falls on a line; a *tender* is one
way the order was paid; the *number* can be read aloud (store, day, sequence); the *receipt code* identifies the paper.
"""
