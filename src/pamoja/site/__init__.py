"""Where everything meets: settings, the front door, wiring, base templates."""
