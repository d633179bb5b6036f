"""PICTURE -> POINT: networks and hand-made ears that turn spectrograms into embeddings."""
