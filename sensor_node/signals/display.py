"""The lamp and the buzzer on their pins, in a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from sensor_node import wire
from sensor_node.board import Board
from sensor_node.clock import Clock
from sensor_node.sampler import Sampling
from sensor_node.signals.advice import Advices
from sensor_node.signals.alerts import Alerts
from sensor_node.signals.chimes import Chimes
from sensor_node.signals.settings import SignalSettings
from sensor_node.signals.signs import Step, signs_of, steps_of
from sensor_node.signals.troubles import FaultWatch, Missing, Trouble

AT_START: Sequence[Step] = (Step(True, 2.0), Step(False, 1.0))
"""Whoever has just wired the lamp sees that it works."""

log = logging.getLogger("jardin.signals")


class ShownNode(Protocol):
    """What the signals look at; ``Node`` is the real one."""

    def now_ms(self) -> int | None:
        """The present, in milliseconds since 1970 UTC, or None while it is not known."""

    @property
    def gateway_online(self) -> bool:
        """Whether the gateway is reached."""

    @property
    def disk_refuses(self) -> bool:
        """Whether the last pack could not be put on disk."""

    def listen(self, topic: str, hear: Callable[[bytes], None]) -> None:
        """Have ``hear`` called with each payload on ``topic``, before the node runs."""


class Signals:
    """A lamp and a buzzer as ``settings`` say; without pins it does nothing.

    ``wait`` waits for so many seconds and tells whether to stop; the default is a pause that
    ``showing`` ends. Raises ``HardwareError`` where a pin is not to be had, ``ConfigError`` for
    settings that cannot be.
    """

    def __init__(
        self,
        settings: SignalSettings,
        board: Board,
        clock: Clock,
        *,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        settings.check()
        self._has_pins = settings.has_pins
        self._zone = settings.zone
        self._clock = clock
        self._stopping = threading.Event()
        self._wait = wait or self._stopping.wait
        self._beds = settings.beds or []
        self._advices = Advices(self._beds)
        self._alerts = Alerts(self._beds)
        self._chimes = Chimes(settings.quiet)
        self._faults: FaultWatch | None = None
        self._gateway = Missing(clock.monotonic_s())
        self._time = Missing(clock.monotonic_s())
        self._lamp, self._buzzer = _pins(settings, board)

    def watching(self, sampler: Sampling) -> Sampling:
        """``sampler``, whose faults are shown from now on."""
        self._faults = FaultWatch(sampler)
        return self._faults

    @contextmanager
    def showing(self, node: ShownNode) -> Iterator[None]:
        """Show the state of ``node``, which runs within, and let go of the pins afterwards."""
        if not self._has_pins:
            yield
            return
        for bed in self._beds:
            node.listen(wire.advice_topic(bed), partial(self._advices.hear, bed))
            node.listen(wire.alert_topic(bed), partial(self._alerts.hear, bed))
        thread = threading.Thread(target=self._run, args=(node,), name="signals", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def _run(self, node: ShownNode) -> None:
        """Show until told to stop; a node without its lamp still measures."""
        try:
            stopped = self._play(self._lamp, AT_START)
            while not stopped:
                stopped = self._round(node)
        except Exception:
            log.exception("SIGNALS_DIED: the lamp shows nothing more; start the node again")
        finally:
            self._close()

    def _round(self, node: ShownNode) -> bool:
        """One round of what holds now; whether it was cut short."""
        now_s, now = self._clock.monotonic_s(), self._local(node.now_ms())
        advices = self._advices.of(now.date()) if now else dict.fromkeys(self._beds)
        troubles = self._troubles(node, now_s, time_known=now is not None)
        alerts = self._alerts.now(gateway_online=node.gateway_online)
        sound = self._chimes.due(now, now_s, troubles, advices, alerts)
        return self._play(self._buzzer, sound) or self._play(
            self._lamp, steps_of(signs_of(troubles, advices, alerts))
        )

    def _troubles(self, node: ShownNode, now_s: float, *, time_known: bool) -> set[Trouble]:
        holds = {
            Trouble.SENSOR: self._faults is not None and self._faults.is_failing,
            Trouble.GATEWAY: self._gateway.too_long(now_s, there=node.gateway_online),
            Trouble.DISK: node.disk_refuses,
            Trouble.TIME: self._time.too_long(now_s, there=time_known),
        }
        return {trouble for trouble, held in holds.items() if held}

    def _play(self, device: Any, steps: Sequence[Step]) -> bool:
        """Switch ``device`` on and off, or wait as long where there is none; whether stopped."""
        for step in steps:
            if device is not None:
                device.value = step.on
            if self._wait(step.seconds):
                return True
        return False

    def _local(self, now_ms: int | None) -> datetime | None:
        if now_ms is None:
            return None
        return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(self._zone)

    def _close(self) -> None:
        for device in (self._lamp, self._buzzer):
            if device is not None:
                device.off()  # a line that is let go may keep its level (Raspberry Pi OS)
                device.close()


def _pins(settings: SignalSettings, board: Board) -> tuple[Any, Any]:
    """The lamp and the buzzer; if the second is not to be had, the first is let go."""
    lamp = None
    if settings.led is not None:
        lamp = board.output(settings.led, active_high=settings.led_active_high)
    try:
        buzzer = None if settings.buzzer is None else board.output(settings.buzzer)
    except BaseException:
        if lamp is not None:
            lamp.close()
        raise
    return lamp, buzzer
