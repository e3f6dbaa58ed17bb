"""Recruiting: what its words mean, how files of people are read and understood, and what is printed for it."""
