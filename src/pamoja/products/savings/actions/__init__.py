"""The deeds of savings, each one durable transaction: rules asked, rows written, the fact announced."""
