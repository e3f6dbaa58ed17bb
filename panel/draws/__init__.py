"""Draws: planning one, the pool it is held over, holding it on the worker, and what is shown of it."""
