"""What `./run` and `./test` are made of; it runs before any library is installed."""
