"""What is known of a run, a pure fold over its events, and the words it is told in; no Textual."""
