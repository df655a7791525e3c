"""The coach in Discord: translates between Discord and the coach, and decides nothing else."""
