"""One file for each thing the coach can do."""
