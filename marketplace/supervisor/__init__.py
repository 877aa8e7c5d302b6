"""`make run`: everything that a running marketplace is made of, started in order, watched, and stopped."""
