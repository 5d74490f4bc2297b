"""``python bench/peer/run.py CONFIG``: mqtt-io as it is, with one more sensor module to choose.

It runs in mqtt-io's own environment (``requirements/peer-mqtt-io.txt``) and imports nothing of
ours. mqtt-io finds a sensor by its module's name below ``mqtt_io.modules.sensor``.
"""

from __future__ import annotations

from pathlib import Path

import mqtt_io.modules.sensor
from mqtt_io.__main__ import main

if __name__ == "__main__":
    mqtt_io.modules.sensor.__path__.append(str(Path(__file__).with_name("sensors")))
    main()
