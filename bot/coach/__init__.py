"""Decides what to say; knows no front end."""
