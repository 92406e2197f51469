"""Staff, roles, credentials of staff and machines.

Words: *staff* are people who work here, a *role* is a named set of permissions, a *token* lets a program use the API.
"""
