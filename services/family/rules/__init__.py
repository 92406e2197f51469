"""Pure rules of families: ages, gestation, milestones, the vaccination plan, and what of it falls into a span of days."""
