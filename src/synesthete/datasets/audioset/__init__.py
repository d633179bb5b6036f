"""AudioSet: ten-second clips of videos, with labels and VGGish embeddings, read without TensorFlow."""
