"""POINT -> NEIGHBORS: searchable sets of vectors."""
