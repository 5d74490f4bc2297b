"""Setting a node up: what is connected, how it is wired, whether it works."""
