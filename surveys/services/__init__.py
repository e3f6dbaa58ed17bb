"""The rules of this room, one module for each part: verbs that flush and never commit."""
