"""What may be allowed here."""

DEALING_READ = "audit:dealing"  # see what stands out, and say that it is fine
