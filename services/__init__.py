"""The shop's business. Knows nothing of HTTP."""
