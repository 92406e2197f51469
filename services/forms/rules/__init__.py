"""What a form is made of, what may be answered, what an answer says of a member. Pure."""
