"""People and members: who signs in, who they are in a community, and what they may do there."""
