"""Tables of expenses and payments."""
