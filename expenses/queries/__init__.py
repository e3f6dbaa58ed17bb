"""What is read in this room, by subject."""
