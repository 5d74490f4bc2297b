"""One sensor, read in a thread of its own, so that one that hangs delays and stops no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from queue import Empty, SimpleQueue

from sensor_node.drivers.base import Measured, Sensor
from sensor_node.errors import SensorFault

Answer = Mapping[str, Measured] | Exception
CLOSE_PATIENCE_S = 1.0


class Reader:
    """Asks ``sensor`` when told. While a read hangs, nothing more is asked of that sensor, and
    what it brings too late belongs to no pack.
    """

    def __init__(self, sensor: Sensor) -> None:
        self.sensor = sensor
        self._questions: SimpleQueue[int | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[int, Answer]] = SimpleQueue()
        self._asked = 0
        self._is_asked = False
        self._answered = 0
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a read has not come back yet."""
        while self._answered < self._asked:
            try:
                self._answered, _ = self._answers.get_nowait()
            except Empty:
                return True
        return False

    def ask(self) -> None:
        """Have the sensor read now, unless an earlier read still hangs."""
        self._is_asked = not self.is_busy
        if not self._is_asked:
            return
        if self._thread is None:
            name = f"sensor {self.sensor.channels[0].name}"
            self._thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._thread.start()
        self._asked += 1
        self._questions.put(self._asked)

    def answer(self, until_s: float) -> Answer:
        """What the read gave or raised, or a ``SensorFault`` where ``until_s`` (monotonic) passes
        without it. While an earlier read hangs nobody waits for it: what it brings is of then.
        """
        if not self._is_asked:
            return self._too_late()
        try:
            self._answered, answer = self._answers.get(timeout=max(0.0, until_s - time.monotonic()))
        except Empty:
            return self._too_late()
        return answer

    def close(self) -> None:
        """End the thread and let go of the sensor; one that hangs keeps what it holds."""
        self._questions.put(None)
        if self._thread is not None:
            self._thread.join(CLOSE_PATIENCE_S)
            if self._thread.is_alive():
                return
        self.sensor.close()

    def _run(self) -> None:
        while (number := self._questions.get()) is not None:
            self._answers.put((number, read(self.sensor)))

    def _too_late(self) -> SensorFault:
        channel = self.sensor.channels[0]
        return SensorFault(
            "too slow",
            code="SENSOR_HANGS",
            fr=f"Le capteur {channel.sensor} ({channel.pin}) ne répond pas à temps : vérifiez ses "
            "fils ; s'il reste muet, débranchez-le et relancez le nœud. Les autres mesurent.",
            en=f"The sensor {channel.sensor} ({channel.pin}) does not answer in time: check its "
            "wires; if it stays silent, unplug it and start the node again. The others measure.",
        )


def read(sensor: Sensor) -> Answer:
    """What ``sensor`` gives, or whatever it raises."""
    try:
        return sensor.read()
    except Exception as error:
        return error
