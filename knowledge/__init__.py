"""What the coach knows: guides, roles, words, and the library that holds them."""
