"""What several processes of one bot agree on: who does what, and what is done."""
