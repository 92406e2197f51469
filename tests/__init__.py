"""The tests: sentences about a known cast; `tests.kit` holds the machinery they share."""
