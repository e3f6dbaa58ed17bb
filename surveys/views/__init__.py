"""The pages of this room, one module and one blueprint for each part."""
