"""One channel's numbers in words: its value, its week in a sentence, its days in a table."""

from __future__ import annotations

import gettext
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.catalogue import ChannelInfo
from gateway.pages import words
from gateway.pages.numbers import Format
from gateway.pages.week import Aggregate, Day, Week
from gateway.present import Latest
from sensor_node.wire import QUANTITIES

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the table: its name and its numbers, a dash where nothing was measured."""

    day: str
    numbers: Sequence[str]


class Wording:
    """How one channel is told to one reader."""

    def __init__(self, info: ChannelInfo, write: Format, texts: gettext.NullTranslations) -> None:
        quantity = QUANTITIES.get(info.quantity or "")
        self.look = words.look_of(info.quantity)
        self.aggregate: Aggregate = quantity.aggregate if quantity else "mean"
        self.yes_or_no = info.quantity in words.YES_OR_NO
        self.symbol = words.UNITS.get(info.unit or "", info.unit or "")
        self._write = write
        self.texts = texts

    def value(self, latest: Latest | None, week: Week) -> str:
        """The large number. What is summed is today's: since the last pack says nothing."""
        if latest is None or latest.value is None:
            return NOTHING
        if self.yes_or_no:
            return self.texts.gettext("oui") if latest.value else self.texts.gettext("non")
        if self.aggregate == "sum":
            today = week.days[-1].bucket
            return self.number(today.total if today else 0.0)
        return self.number(latest.value)

    def unit(self, latest: Latest | None) -> str:
        """What stands beside the large number."""
        if self.aggregate == "sum":
            return self.texts.gettext("%(unit)s aujourd’hui") % {"unit": self.symbol}
        if self.aggregate == "vector" and latest and latest.value is not None:
            return f"{self.symbol} {self.texts.gettext(words.wind_of(latest.value))}"
        return self.symbol

    def number(self, value: float) -> str:
        """``value`` with the decimals of its quantity."""
        decimals = self.look.decimals
        return self._write.number(value, decimals, exact=decimals < 3)

    def measure(self, value: float) -> str:
        """``value`` with its unit."""
        number = self.number(value)
        return f"{number} {self.symbol}" if self.symbol else number

    def sentence(self, week: Week) -> str:
        """The week in one sentence."""
        tell = self.texts.gettext
        if not week.hours:
            return tell("Rien de mesuré cette semaine.")
        if self.yes_or_no:
            never = week.most == 0
            return tell("Jamais cette semaine.") if never else tell("C’est arrivé cette semaine.")
        if self.aggregate == "sum":
            return tell("%(total)s en sept jours.") % {"total": self.measure(week.total)}
        if self.aggregate == "vector":
            newest = next(day.bucket for day in reversed(week.days) if day.bucket)
            wind = tell(words.wind_of(newest.mean))
            return tell("Dernière direction dominante : %(wind)s.") % {"wind": wind}
        low, high = self.number(week.least), self.measure(week.most)
        return tell("Entre %(low)s et %(high)s cette semaine.") % {"low": low, "high": high}

    def columns(self) -> list[str]:
        """The heads of the table."""
        tell = self.texts.gettext
        if self.aggregate == "sum":
            return [tell("total")]
        if self.aggregate == "vector":
            return [tell("direction moyenne")]
        return [tell("mini"), tell("moyenne"), tell("maxi")]

    def row(self, day: Day) -> Row:
        """One day of the table."""
        name, bucket = self._write.day(day.start_ms), day.bucket
        if bucket is None:
            return Row(name, [NOTHING] * len(self.columns()))
        if self.aggregate == "sum":
            return Row(name, [self.number(bucket.total)])
        if self.aggregate == "vector":
            return Row(name, [self.number(bucket.mean)])
        return Row(name, [self.number(n) for n in (bucket.least, bucket.mean, bucket.most)])
