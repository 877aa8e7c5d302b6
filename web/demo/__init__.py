"""The demo marketplace: a year of it, made by the same acts that everybody's clicks call, only earlier."""
