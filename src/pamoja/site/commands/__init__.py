"""One module for each further command, named after it; each has a click command called `command`."""
