"""Own fields (自定义字段): what an owner wants to know of members, children, orders and products beyond what everybody does.

Words: a *field* is the question, its *key* the name that programs call it by, a *value* one subject's answer, a *subject* the kind of
thing it is asked of. Adding a field is a row, never a migration: all values rest in one table.
"""
