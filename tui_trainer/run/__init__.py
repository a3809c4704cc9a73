"""One run as a process and a folder."""
