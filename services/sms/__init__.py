"""One-time codes by SMS: the shop's contract with a provider, what is on its way, and what it may cost.

A shop without a contract sends nothing; members then come in with a code that staff show (services/signin).
"""
