"""Plants two communities with a living history, through the same actions, jobs and rails as in real life."""
