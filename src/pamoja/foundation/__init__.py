"""What every other package may lean on: money, ids, time, refusals, events, jobs and actions; it owns no tables."""
