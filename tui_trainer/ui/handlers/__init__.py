"""What keys do that belong to no single pane: each part of it a base class of the app.

Screens are imported by the key that opens them: the first frame needs none (see `screens/importing.py`).
"""
