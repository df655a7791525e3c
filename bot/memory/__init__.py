"""What is remembered of people: turns and gaps."""
