"""How someone gets in, and the member code: sessions, one-time codes, devices, scans.

Words: a *session* is one signed-in browser, revocable here; a *one-time code* signs a member in; a *device* is a member's phone
that makes *member codes* (会员码); a *scan* is the record that a code was read, spendable once.
"""
