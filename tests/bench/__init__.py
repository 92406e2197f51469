"""The product beside bare loops that do the same writes. `make bench` prints ratios, never single times."""
