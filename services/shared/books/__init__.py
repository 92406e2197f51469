"""Copies of the books: one file with every table, the keys and the pictures, taken while the shop sells, restored into any engine.

Words: a *copy* is such a file (a compressed tar, sealed under a passphrase when one is given), a *table* inside it is rows in a form
that no engine owns, so that a shop may move from SQLite to PostgreSQL by a copy.
"""
