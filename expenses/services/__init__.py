"""The rules of this room: verbs that flush and never commit."""
