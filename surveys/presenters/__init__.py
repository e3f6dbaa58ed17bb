"""What templates of this room need, made from models: one module for each part."""
