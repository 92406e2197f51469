"""What a member may ask of the shop about their own data: taking it along, and erasing it. It stands above the domains that hold it."""
