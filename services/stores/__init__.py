"""Shops and what their owner decided: stores, settings, the shop's own words.

Words: a *store* (门店) is one place of sale; a *setting* is a typed value with a default, edited by the owner; *the shop* is the
whole business, however many stores it has.
"""
