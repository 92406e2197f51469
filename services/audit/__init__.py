"""Who did what, from where, before and after. Every command that changes state leaves one entry here."""
