"""The simulated garden: a small physical model that stands in for weather, soil and gardener.

It feeds the fakes under the real drivers in the demo, and fills the year before. It imports no
driver and no GPIO library, and gives the same garden to every process for a seed and a time.
"""

from sensor_node.garden.crop import Crop, Thirst
from sensor_node.garden.model import (
    BedNow,
    Moment,
    SimulatedGarden,
    Watering,
    history_start_ms,
)
from sensor_node.garden.probe import Place, SoilProbe
from sensor_node.garden.soil import LOAM, SANDY_LOAM, Bed, BedPlan, Ground, Ledger
from sensor_node.garden.weather import STEP_MS, Weather, WeatherNow

__all__ = [
    "LOAM",
    "SANDY_LOAM",
    "STEP_MS",
    "Bed",
    "BedNow",
    "BedPlan",
    "Crop",
    "Ground",
    "Ledger",
    "Moment",
    "Place",
    "SimulatedGarden",
    "SoilProbe",
    "Thirst",
    "Watering",
    "Weather",
    "WeatherNow",
    "history_start_ms",
]
