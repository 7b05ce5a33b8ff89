"""What the tests stand on: a database server, clones of a template, jobs run by hand, servers, no outside world."""
