"""What keys do that belong to no single pane: each part of it a base class of the app."""
