"""What an owner should look at: staff who may be dealing with themselves. It only reads, and keeps what was looked at."""
