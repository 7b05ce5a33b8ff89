"""One command a figure: what the platform reaches on this machine, beside what it must reach."""
