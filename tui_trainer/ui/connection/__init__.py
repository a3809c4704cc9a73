"""How the screen reaches the run: records in; commands and questions out."""
