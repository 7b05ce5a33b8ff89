"""Posting, holding and looking after the books: each deed is one call of one SQL function."""
