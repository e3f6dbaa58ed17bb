"""The reads of this room, one module for each part."""
