"""Reading the books, and proving them."""
