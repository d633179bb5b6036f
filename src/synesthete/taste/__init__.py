"""LISTENS -> TASTE: models of what listeners and playlists put together."""
