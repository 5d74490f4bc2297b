"""What is wrong with a wiring before it is wired: two parts on one pin, a pin that is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sensor_node.drivers import options_of
from sensor_node.setup import header
from sensor_node.wiring import Words

SEVERAL_DS18B20 = Words(
    "Plusieurs DS18B20 sur le bus : donnez à chacun son propre « id » "
    "(« ls /sys/bus/w1/devices » les nomme).",
    "Several DS18B20 on the bus: give each its own 'id' ('ls /sys/bus/w1/devices' names them).",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """``owner`` needs ``place`` (``GPIO4``, ``CH0``) for itself."""

    owner: str
    place: str


def hazards(claims: Sequence[Claim], tables: Sequence[Any]) -> tuple[Words, ...]:
    """What must be put right, in words; nothing for a wiring that can work."""
    return (*_shared(claims), *_addresses(tables), *_one_wire(tables), *_reserved(claims))


def _shared(claims: Sequence[Claim]) -> Iterator[Words]:
    owners: dict[str, list[str]] = {}
    for claim in claims:
        known = owners.setdefault(claim.place, [])
        if claim.owner not in known:
            known.append(claim.owner)
    for place, found in owners.items():
        if len(found) > 1:
            yield _two(place, found)


def _two(place: str, owners: Sequence[str]) -> Words:
    listed = ", ".join(owners)
    if "1-Wire" in owners:
        return Words(
            f"{place} sert à deux choses : {listed}. Déplacez le capteur, ou mettez le bus 1-Wire "
            "ailleurs : « dtoverlay=w1-gpio,gpiopin=5 » dans /boot/firmware/config.txt.",
            f"{place} has two uses: {listed}. Move the sensor, or put the 1-Wire bus elsewhere: "
            "'dtoverlay=w1-gpio,gpiopin=5' in /boot/firmware/config.txt.",
        )
    return Words(
        f"Deux pièces sont sur {place} : {listed}. Donnez-leur deux places.",
        f"Two parts are on {place}: {listed}. Give them two places.",
    )


def _addresses(tables: Sequence[Any]) -> Iterator[Words]:
    seen: dict[int, str] = {}
    for table in tables:
        _, options = options_of(table)
        address = getattr(options, "address", None)
        if address is None:
            continue
        if address in seen:
            yield Words(
                f"Deux pièces ont l'adresse I²C 0x{address:02x} : {seen[address]} et "
                f"{table['type']}. Une seule peut répondre.",
                f"Two parts have the I²C address 0x{address:02x}: {seen[address]} and "
                f"{table['type']}. Only one can answer.",
            )
        seen.setdefault(address, table["type"])


def _one_wire(tables: Sequence[Any]) -> Iterator[Words]:
    ids = [t.get("id", "").removeprefix("28-") for t in tables if t["type"] == "ds18b20"]
    if len(ids) > 1 and ("" in ids or len(set(ids)) < len(ids)):
        yield SEVERAL_DS18B20


def _reserved(claims: Sequence[Claim]) -> Iterator[Words]:
    for claim in claims:
        job = header.RESERVED.get(int(claim.place[4:])) if claim.place[:4] == "GPIO" else None
        if job is not None:
            yield Words(
                f"{claim.owner} est sur {claim.place}, qui sert à {job.fr} : prenez plutôt "
                f"GPIO{header.FREE_PINS[0]}.",
                f"{claim.owner} is on {claim.place}, which serves {job.en}: rather take "
                f"GPIO{header.FREE_PINS[0]}.",
            )
