"""How we reach people: the inbox, push subscriptions, deliveries.

Words: a *message* is one row in the member's inbox and is the truth; a *delivery* is one copy of it on its way to one device; a
*subscription* is a device that can be reached by Web Push, for one app and one person.
"""
