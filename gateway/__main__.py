"""``python -m gateway`` is ``jardin-gateway``."""

import sys

from gateway.cli import main

sys.exit(main())
