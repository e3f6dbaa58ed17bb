"""From what is held to what a page needs, by subject."""
