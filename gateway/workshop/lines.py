"""What a group pastes into its program or its terminal: in this one place."""

from __future__ import annotations

from sensor_node import wire

FILE = "jardin.py"
"""What the lines import; the garden gives it at ``/jardin.py``."""


def lines_of(token: str, address: str) -> str:
    """A group's first program. ``address``: the garden's, as the group's browser has it."""
    return (
        "from jardin import *\n"
        f'groupe("{token}", "{address}")\n'
        'envoyer("score", 12)\n'
    )  # fmt: skip


def mqtt_line(plant: str, token: str, host: str, port: int) -> str:
    """A group's first value by MQTT, at the broker's door in the clear."""
    node = wire.SANDBOX + plant
    topic = wire.node_topic(node, "say/score")
    return f"mosquitto_pub -h {host} -p {port} -u {node} -P {token} -t {topic} -m 12"
