"""A shop with as many members and sales as one likes, for benches: the rows that the real commands would have written, all at once.

Everything is drawn from a seed and the number of a member or a sale alone (`plan`), so that sales can be written in the order of time and
members with what follows from their sales, each in portions. Left out: audit lines, growth, points of single sales.
"""
