"""FILES OF THE WORLD: readers and writers of data sets, exports and playlists."""
