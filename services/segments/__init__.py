"""Who members are, as conditions: kinds of conditions (`kinds`), trees of them, the facts they look at, saved segments, tags, RFM.

A tree (rules/trees.py) is all / any / not over conditions, plain JSON outside. A kind is one small object: name, label, what it asks, its
SQL, its words. Everything that chooses members (lists, tags, coupons, messages, automations, reports, export) asks `queries`.
"""
