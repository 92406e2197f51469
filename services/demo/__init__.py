"""The demo shop and the replay of a real bakery's tickets: both go through the same commands as people do."""
