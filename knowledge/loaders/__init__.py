"""Documents of each kind to clean guides."""
