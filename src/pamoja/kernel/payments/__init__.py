"""Money in and out over the rails of the outside world: asked for once, believed when confirmed, posted once."""
