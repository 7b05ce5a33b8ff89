"""The rails of the outside world, behind one protocol."""
