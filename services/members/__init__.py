"""Members: profile, consent, where they came from, and the facts kept about them.

Words: a *member* (会员) has a card; *to join* (开卡) is to become one; the *source* says how they found us; a *consent* is what they
agreed to, in which version, when and by which way; *facts* are one row of figures per member that reactions keep up to date.
"""
