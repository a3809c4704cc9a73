"""Claims put to the test, on runs and the learning."""
