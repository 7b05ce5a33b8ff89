"""Plays months of a community in a minute, on ground of its own, and proves where every shilling went."""
