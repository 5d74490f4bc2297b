"""A sensor module of mqtt-io that gives a number at once: what is measured is the service."""

from __future__ import annotations

from typing import Any

from mqtt_io.modules.sensor import GenericSensor


class Sensor(GenericSensor):
    """Each sensor input says in its configuration which ``number`` it gives."""

    SENSOR_SCHEMA = {"number": {"type": "float", "required": True}}  # noqa: RUF012 - mqtt-io's way

    def get_value(self, sens_conf: dict[str, Any]) -> float:
        return float(sens_conf["number"])
