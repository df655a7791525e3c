"""What moderators do: add, change and remove what the coach answers from, and see its gaps."""
