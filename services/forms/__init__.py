"""Forms (表单): what a shop asks by a link or a QR: to register, to survey, for an event.

Words: a *form* has *pages* of *questions*; publishing keeps a *version*, by which its answers stay readable for good; a *link* is a form at
a store, with its QR and its staff; a *submission* is what one person sent; a *proposal* one that says to be of a member and waits until
they or staff confirm it; a *gift* is what a member gets once for it.
"""
