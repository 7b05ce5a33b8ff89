"""What Pamoja says to people: an outbox filled with the deed, and a dispatcher that hands each message over once."""
