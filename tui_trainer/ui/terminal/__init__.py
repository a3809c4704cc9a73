"""The terminal: its keys and bytes, and how frames reach it; no machine learning."""
