"""How good the coach is, measured on the golden set, beside the plain pipeline."""
