"""Readings from a file into the store, beside those that nodes send."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.catalogue import Catalogue
from gateway.formats import BadLine, Row, read_csv
from gateway.store.base import LATEST_MS, Reading, Series, Store
from sensor_node import wire
from sensor_node.errors import ConfigError

ROWS_PER_COMMIT: Final = 5000
REFUSED_AT_MOST: Final = 100
"""Refused lines told one by one; beyond that they are only counted."""


class RefusedLine(NamedTuple):
    """A line that was not taken and why; the first line of the file is 1."""

    line: int
    code: str
    fr: str
    en: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file: ``rows`` = ``new`` + ``same`` + ``replaced`` + ``refused_count``.

    ``refused``: the first hundred of them.
    """

    rows: int = 0
    new: int = 0
    same: int = 0
    replaced: int = 0
    refused_count: int = 0
    refused: list[RefusedLine] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Rows that are in the store now."""
        return self.new + self.same + self.replaced


def import_csv(
    store: Store,
    catalogue: Catalogue,
    lines: Iterable[str],
    *,
    simulated: bool,
    label: str,
    progress: Callable[[int], None] | None = None,
    not_after_ms: int | None = None,
) -> ImportReport:
    """Take the readings of a file in our ``csv`` or ``csv-fr``; twice is as once.

    ``simulated``: they come from a model, and their channels say so for ever. ``label``: what
    people will call this import. ``progress`` is told the rows read so far, after each commit.
    ``not_after_ms``: later readings are refused (None: where the clock is not known to be right).
    Raises ``UsageError`` for a file that is none of ours and ``StorageError``; what was committed
    before stays, and the import may be started again.
    """
    run = _Import(store, catalogue, simulated, not_after_ms)
    for number, row in read_csv(lines):
        run.take(number, row)
        if len(run.batch) >= ROWS_PER_COMMIT:
            run.commit()
            if progress is not None:
                progress(run.report.rows)
    run.commit()
    if progress is not None:
        progress(run.report.rows)
    run.record(label)
    return run.report


class _Import:
    """One file on its way into the store."""

    def __init__(
        self, store: Store, catalogue: Catalogue, simulated: bool, not_after_ms: int | None
    ) -> None:
        self.report = ImportReport()
        self.batch: list[Reading] = []
        self._store = store
        self._catalogue = catalogue
        self._simulated = simulated
        self._not_after_ms = LATEST_MS if not_after_ms is None else not_after_ms
        self._channels = _Channels(catalogue)
        self._marked: set[Series] = set()
        self._first_ms = wire.MAX_TIME_MS
        self._last_ms = wire.MIN_TIME_MS

    def take(self, number: int, row: Row | BadLine) -> None:
        """Put ``row`` into the batch, or note why not."""
        self.report.rows += 1
        found = self._judge(row) if isinstance(row, Row) else row
        if isinstance(found, Reading):
            self.batch.append(found)
            return
        self.report.refused_count += 1
        if len(self.report.refused) < REFUSED_AT_MOST:
            self.report.refused.append(RefusedLine(number, *found))

    def commit(self) -> None:
        """Write the batch; its channels are in the catalogue before any of its readings is."""
        if not self.batch:
            return
        self._channels.save()
        if self._simulated:
            fresh = {reading.series for reading in self.batch} - self._marked
            if fresh:
                self._catalogue.mark_simulated(fresh)
                self._marked |= fresh
        done = self._store.commit(self.batch, [])
        self.report.new += done.new
        self.report.same += done.same
        self.report.replaced += done.replaced
        times = [reading.at_ms for reading in self.batch]
        self._first_ms = min(self._first_ms, *times)
        self._last_ms = max(self._last_ms, *times)
        self.batch = []

    def record(self, label: str) -> None:
        """Note the import in the catalogue, unless this very one stands there already."""
        facts = (label, self._first_ms, self._last_ms + 1, self._simulated, self.report.taken)
        known = {
            (i.label, i.from_ms, i.to_ms, i.simulated, i.rows) for i in self._catalogue.imports()
        }
        if self.report.taken and facts not in known:
            self._catalogue.add_import(*facts)

    def _judge(self, row: Row) -> Reading | BadLine:
        """The channel comes last: one of which nothing can be taken does not come to be."""
        if not wire.MIN_TIME_MS <= row.at_ms <= self._not_after_ms:
            return _bad_time(row.at_ms, self._not_after_ms)
        if not math.isfinite(row.value):
            return BadLine(
                "NOT_FINITE", "La valeur n'est pas un nombre fini.", "The value is not finite."
            )
        series = self._channels.of(row)
        return series if isinstance(series, BadLine) else Reading(series, row.at_ms, row.value)


class _Channels:
    """Which channel a row belongs to, once its ids, quantity and unit have been checked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._meanings = {
            series: (info.quantity, info.unit) for series, info in catalogue.channels().items()
        }
        self._judged: dict[tuple[str | None, ...], Series | BadLine] = {}
        self._unsaved: list[tuple[Series, str | None, str | None]] = []

    def of(self, row: Row) -> Series | BadLine:
        """The series of ``row``, or why it has none."""
        key = row[1:5]
        found = self._judged.get(key)
        if found is None:
            found = self._judged[key] = self._judge(row)
        return found

    def save(self) -> None:
        """Put into the catalogue what was met since the last time."""
        for series, unit, quantity in self._unsaved:
            self._catalogue.see_channel(series, unit, quantity)
        self._unsaved = []

    def _judge(self, row: Row) -> Series | BadLine:
        try:
            wire.check_id(row.node, "node")
            wire.check_id(row.channel, "channel")
        except ConfigError as error:
            return BadLine(error.code, error.fr, error.en)
        wrong = _wrong_quantity(row.quantity, row.unit)
        if wrong is not None:
            return wrong
        series = Series(row.node, row.channel)
        known, known_unit = self._meanings.get(series, (None, None))
        never_met = known is None and known_unit is None
        if not never_met and (
            row.unit != known_unit or (known and row.quantity not in (known, None))
        ):
            return BadLine(
                "OTHER_QUANTITY",
                f"La voie {series} mesure déjà {known} ({known_unit}), pas {row.quantity} "
                f"({row.unit}) : donnez un autre nom à cette voie.",
                f"Channel {series} already measures {known} ({known_unit}), not {row.quantity} "
                f"({row.unit}): give this channel another name.",
            )
        self._meanings[series] = (known or row.quantity, row.unit)
        self._unsaved.append((series, row.unit, row.quantity))
        return series


def _wrong_quantity(quantity: str | None, unit: str | None) -> BadLine | None:
    if quantity is None and unit is not None and unit in wire.UNITS:
        return None  # as a channel is written whose node never said what it measures
    if quantity is None or quantity not in wire.QUANTITIES:
        near = difflib.get_close_matches(quantity or "", wire.QUANTITIES, n=1)
        hint_fr, hint_en = (f" : {near[0]} ?", f": {near[0]}?") if near else (".", ".")
        return BadLine(
            "UNKNOWN_QUANTITY",
            f"« {quantity or ''} » n'est pas une grandeur connue{hint_fr}",
            f"'{quantity or ''}' is no known quantity{hint_en}",
        )
    wanted = wire.QUANTITIES[quantity].unit
    if unit == wanted:
        return None
    return BadLine(
        "UNIT_MISMATCH",
        f"L'unité de {quantity} est « {wanted or ''} », pas « {unit or ''} ».",
        f"The unit of {quantity} is '{wanted or ''}', not '{unit or ''}'.",
    )


def _bad_time(at_ms: int, not_after_ms: int) -> BadLine:
    if at_ms > not_after_ms:
        return BadLine(
            "IN_FUTURE",
            "Cette mesure est dans le futur : vérifiez l'horloge qui l'a datée.",
            "This reading is in the future: check the clock that dated it.",
        )
    return BadLine(
        "BAD_TIME",
        "Cette date est trop ancienne pour une mesure (avant juillet 1978).",
        "This time is too old for a reading (before July 1978).",
    )
