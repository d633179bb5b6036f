"""Playlists as files: read and written in the formats that players share."""
