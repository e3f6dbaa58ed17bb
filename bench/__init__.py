"""Benches: the figures the project promises, measured on the application as it runs in production."""
