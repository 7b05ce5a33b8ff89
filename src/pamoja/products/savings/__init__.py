"""Rotating savings circles: everybody pays in each round, one member takes the pot."""
