"""The console: pages on which people play the outside world."""
