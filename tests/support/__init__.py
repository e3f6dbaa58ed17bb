"""What tests of every room share: the page-asserting client, query counting, a real PostgreSQL."""
