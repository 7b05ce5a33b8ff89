"""The append-only stream of facts: recorded with the deed, sealed in chained batches, read by every feed."""
