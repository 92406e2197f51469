"""Households (家人共用): one member, the holder (持有人), shares points and stored value with up to five others, each within limits.

A person (家人) joins by the holder's short-lived link, keeps a card of their own, and pays at the counter with their own code; the holder
hears of it at once. Nobody is in two households, and nobody shares what is shared with them. What is shared is asked by checkout; the
wallet knows only in whose name it was spent. Whatever hinders one side (frozen, cooling down, a lost number) stops the sharing meanwhile.
"""
