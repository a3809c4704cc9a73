"""What is asked about the tiny world, and when an answer is right."""
