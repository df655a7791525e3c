"""The tables, as the steps that lead to them."""
