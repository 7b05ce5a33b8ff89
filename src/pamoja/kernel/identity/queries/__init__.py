"""Reads: about people and members, and about who asks."""
