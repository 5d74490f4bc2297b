"""What goes on a card, as files: settings of the start, services, network, time."""
