"""The coach on the command line."""
