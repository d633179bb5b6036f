"""POINT -> NEIGHBORS: the searchable set of embeddings.

exact   compares with every vector: small libraries, and the judge of the others
ivf     looks into the nearest cells only; memory-mapped: large libraries
annoy   read and written for those who use it elsewhere (extra `annoy`)
"""

from synesthete.index.choose import build_index, kind_for, load_index
from synesthete.index.exact import ExactIndex
from synesthete.index.index import Index, IndexCard, Near
from synesthete.index.ivf import IvfIndex

__all__ = ["ExactIndex", "Index", "IndexCard", "IvfIndex", "Near", "build_index", "kind_for", "load_index"]
