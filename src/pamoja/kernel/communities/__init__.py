"""The tenant: its name, brand, address, products and flags, and the wall around its rows."""
