"""The bundle: one file from which a card is installed and updated without any internet."""
