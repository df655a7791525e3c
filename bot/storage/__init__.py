"""All that is kept, as a whole: moved, backed up and restored."""
