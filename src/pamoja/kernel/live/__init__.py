"""Live screens: what a transaction publishes reaches every browser that follows the topic, once it has committed."""
