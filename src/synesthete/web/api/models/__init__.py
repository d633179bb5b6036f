"""What goes over the wire of /api/v1: one pydantic model per question and answer."""
