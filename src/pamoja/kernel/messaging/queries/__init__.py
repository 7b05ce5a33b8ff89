"""Reads: what is due, what was said to whom, and how a message reads."""
