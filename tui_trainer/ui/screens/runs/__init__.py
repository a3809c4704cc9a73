"""All runs, and what leads to another one: settings, a branch, no leash, the next version."""
