"""Where readings are kept: one small interface (``base``) and its engines."""
