"""THE WEEKLY LETTER: what to hear next, by mail, as a page and as a feed."""
