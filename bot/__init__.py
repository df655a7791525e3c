"""A person talks to the coach: front ends, the coach itself, and what is remembered."""
