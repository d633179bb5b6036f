"""SERVERS OF THE WORLD: clients of what people already run."""
