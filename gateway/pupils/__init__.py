"""What pupils' programs take from the gateway: one file of Python in their language."""
