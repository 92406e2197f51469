"""What may be allowed here."""

HOUSEHOLDS_REMOVE = "households:remove"  # take somebody out of a household, for whoever asks at the shop
