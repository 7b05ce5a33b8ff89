"""Writes: joining, profiles, roles, sessions, and the facts of signing in."""
