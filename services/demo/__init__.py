"""The demo shop 小满甜品, and the replay of real sales: made by the same commands that people use, nothing is written past them."""
