"""The long forms of the fault tests; the short ones run in `make test`."""
