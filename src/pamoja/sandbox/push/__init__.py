"""Browsers that can be woken, and the push service that does so."""
