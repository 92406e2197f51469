"""What a member may look like: phone and number, birthday, the words that find them."""
