"""Sound to picture: decode any file, cut it into excerpts, see it as a spectrogram, read its tags."""
