"""``python -m sensor_node`` is ``jardin-node``."""

import sys

from sensor_node.cli import main

sys.exit(main())
