"""Claims put to the test, and two models beside each other."""
