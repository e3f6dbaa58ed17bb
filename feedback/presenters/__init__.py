"""Outcomes as pages, messages and letters need them."""
