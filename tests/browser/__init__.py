"""Whole journeys through the product in real browsers."""
