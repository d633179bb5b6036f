"""The only room with torch: how our encoder is made."""
