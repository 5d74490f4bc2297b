"""A kit's life: what a Raspberry Pi that is lent to schools can do beyond keeping a garden."""
