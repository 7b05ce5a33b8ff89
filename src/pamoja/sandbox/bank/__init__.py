"""A bank: accounts of communities, transfers that people make to them, and the statement by which they are told."""
