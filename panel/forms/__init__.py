"""The forms of this room; choices are passed in."""
