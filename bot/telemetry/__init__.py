"""What the coach tells of itself to whoever runs it: logs, metrics and health, never what people write."""
