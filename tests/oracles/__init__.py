"""Slow, plain answers to what the product answers fast: written from domain.md, importing no rule of the product."""
