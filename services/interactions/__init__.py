"""Interactions 互动: what staff and a member had to do with each other: a call, a visit, a consultation, a service, a note."""
