"""What is read about outcomes, tellings and the loop."""
