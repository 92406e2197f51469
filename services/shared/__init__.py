"""The kernel: database, money, clock, events, jobs, refusals. Sees nobody.

Words used here: an *event* is something that happened, a *reaction* is what a domain does about it, the *outbox* is the table
that carries reactions past a commit, a *job* is work the queue carries between processes, a *refusal* is a rule saying no.
"""
