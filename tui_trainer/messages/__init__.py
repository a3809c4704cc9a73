"""What processes say to each other, each message declared once; no logic."""
