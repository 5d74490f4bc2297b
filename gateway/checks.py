"""How the gateway is: each thing that is looked at, its numbers, and what to do where it is ill.

One list feeds the page, ``GET /api/v1/health`` and whoever asks next. Everything here is cheap:
counters of the ingest, sizes of files, and what the care of the data has written down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.kit import network_state, network_words
from gateway.present import STALE_AFTER_INTERVALS
from gateway.service import Gateway
from gateway.space import Room, database_bytes, disk_of
from gateway.times import to_rfc3339
from sensor_node.errors import StorageError

State = Literal["good", "warning", "bad", "unknown"]
Number = float | int | str | bool | None

QUEUE_LONG: Final = 2500
DAY_MS: Final = 86_400_000
CERTIFICATE_SHORT_MS: Final = 30 * DAY_MS
BACKUP_OLD_MS: Final = 36 * 3_600_000
TOLD_MS: Final = 7 * 86_400_000
"""A salvage is told on the page that long; the file beside the database stays."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``code`` is empty where it is good, and the texts may be."""

    name: str
    state: State
    values: Mapping[str, Number]
    code: str = ""
    fr: str = ""
    en: str = ""

    def text(self, language: str) -> str:
        """What is wrong and what to do, in ``language``."""
        return self.fr if language == "fr" else self.en


def checks(gateway: Gateway) -> list[Check]:
    """Everything, in the order of the way of a reading. Raises ``StorageError``."""
    return [
        _ingest(gateway),
        _broker(gateway),
        _commit(gateway),
        _queue(gateway),
        _databases(gateway, stored(gateway)),
        _disk(gateway),
        _backup(gateway),
        _quarantine(gateway),
        _clock(gateway),
        _nodes(gateway),
        _forecast(gateway),
        *_keys(gateway),
        _messages(gateway),
        *_networks(gateway),
    ]


def for_the_page(gateway: Gateway) -> Iterator[Check]:
    """What needs a look and is not said on the page otherwise, the worst first."""
    forecast = _forecast(gateway)
    found = [_databases(gateway), _disk(gateway), _backup(gateway), _queue(gateway)]
    found.append(_messages(gateway))
    found += _keys(gateway)
    found += _networks(gateway)
    if forecast.values.get("stale"):
        found.append(forecast)  # while the last one holds, nobody misses anything
    ill = [check for check in found if check.state in ("bad", "warning")]
    return iter(sorted(ill, key=lambda check: check.state != "bad"))


def worst(found: list[Check]) -> State:
    """The state of the whole."""
    states = {check.state for check in found}
    return "bad" if "bad" in states else "warning" if "warning" in states else "good"


def room_of(gateway: Gateway) -> Room:
    """The disk of the data and how fast they grow."""
    data = gateway.settings.data
    size, (free, total) = database_bytes(data), disk_of(data)
    growth = gateway.carebook.growth_a_day(gateway.clock.wall_ms(), size)
    return Room(free, total, size, growth)


def _ingest(gateway: Gateway) -> Check:
    packs, readings = gateway.vitals.a_minute()
    values: dict[str, Number] = {
        "packs_a_minute": round(packs, 2),
        "readings_a_minute": round(readings, 2),
    }
    if gateway.ingest_alive:
        return Check("ingest", "good", values)
    return Check(
        "ingest", "bad", values, "INGEST_STOPPED",
        fr="La passerelle ne reçoit rien : relancez-la (sudo systemctl restart jardin-gateway). "
        "Les nœuds gardent leurs mesures.",
        en="The gateway takes nothing in: start it again (sudo systemctl restart jardin-gateway). "
        "The nodes keep what they measure.",
    )  # fmt: skip


def _broker(gateway: Gateway) -> Check:
    if gateway.broker_up:
        return Check("broker", "good", {"connected": True})
    return Check(
        "broker", "bad", {"connected": False}, "BROKER_LOST",
        fr="Le serveur MQTT ne répond pas : vérifiez qu'il est allumé (systemctl status "
        "jardin-broker). Les nœuds gardent leurs mesures.",
        en="The MQTT broker does not answer: check that it is running (systemctl status "
        "jardin-broker). The nodes keep what they measure.",
    )  # fmt: skip


def _commit(gateway: Gateway) -> Check:
    vitals, error = gateway.vitals, gateway.commit_error
    last_ms = vitals.last_commit_ms
    values: dict[str, Number] = {
        "last": None if last_ms is None else to_rfc3339(last_ms),
        "age_s": None if last_ms is None else (gateway.clock.wall_ms() - last_ms) / 1000,
        "took_s": vitals.last_commit_s,
        "failures": vitals.failures,
    }
    if error is not None:
        return Check("commit", "bad", values, error.code, error.fr, error.en)
    return Check("commit", "good", values)


def _queue(gateway: Gateway) -> Check:
    pending = gateway.vitals.pending
    if pending < QUEUE_LONG:
        return Check("queue", "good", {"pending": pending})
    return Check(
        "queue", "warning", {"pending": pending}, "QUEUE_LONG",
        fr=f"{pending} messages attendent d'être écrits : le disque est lent ou plein. Rien n'est "
        "perdu ; si cela dure, changez la carte.",
        en=f"{pending} messages wait to be written: the disk is slow or full. Nothing is lost; if "
        "it lasts, replace the card.",
    )  # fmt: skip


def stored(gateway: Gateway) -> int | None:
    """How many readings there are; None while the store does not answer, which is told as such."""
    try:
        return gateway.store.count()
    except StorageError:
        return None


def _databases(gateway: Gateway, readings: int | None = None) -> Check:
    room, book = room_of(gateway), gateway.carebook
    values: dict[str, Number] = {
        "bytes": room.data_bytes,
        "growth_bytes_a_day": None if room.growth_a_day is None else round(room.growth_a_day),
        "readings": readings,
        "checked": to_rfc3339(book.checked_ms) if book.checked_ms else None,
    }
    now_ms = gateway.clock.wall_ms()
    recent = [d for d in book.damages if not d.at_ms or now_ms - d.at_ms < TOLD_MS]
    if not recent:
        return Check("databases", "good", values)
    return Check(
        "databases", "warning", values, "DATABASE_SALVAGED",
        fr=" ".join(damage.fr for damage in recent), en=" ".join(damage.en for damage in recent),
    )  # fmt: skip


def _disk(gateway: Gateway) -> Check:
    room = room_of(gateway)
    days = room.days_left
    values: dict[str, Number] = {
        "free_bytes": room.free_bytes,
        "total_bytes": room.total_bytes,
        "days_left": None if days is None else round(days),
    }
    if not room.is_low:
        return Check("disk", "good", values)
    free_mb = room.free_bytes // 10**6
    fr = "" if days is None else f", soit environ {days:.0f} jours"
    en = "" if days is None else f", enough for about {days:.0f} days"
    return Check(
        "disk", "warning", values, "DISK_ALMOST_FULL",
        fr=f"Le disque est presque plein : {free_mb} Mo libres{fr}. Libérez de la place ou "
        "prenez une plus grande carte. Plein, le jardin n'accuse plus rien : les nœuds gardent "
        "leurs mesures.",
        en=f"The disk is almost full: {free_mb} MB free{en}. Make room or take a larger card. "
        "Once it is full the garden acknowledges nothing more: the nodes keep what they measure.",
    )  # fmt: skip


def _backup(gateway: Gateway) -> Check:
    settings, book = gateway.settings.backup, gateway.carebook
    last, failure, now_ms = book.last_backup, book.backup_failure, gateway.clock.wall_ms()
    values: dict[str, Number] = {
        "last": None if last is None else to_rfc3339(last.at_ms),
        "age_s": None if last is None else (now_ms - last.at_ms) / 1000,
        "bytes": None if last is None else last.bytes,
        "same_disk": None if last is None else last.same_disk,
        "folder": None if settings.folder is None else str(settings.folder),
    }
    if failure is not None:
        return Check("backup", "bad", values, failure.code, failure.fr, failure.en)
    if settings.folder is None and last is None:
        return Check("backup", "unknown", values, "BACKUP_OFF", *_BACKUP_OFF)
    if settings.folder is not None and (last is None or now_ms - last.at_ms > BACKUP_OLD_MS):
        return Check("backup", "warning", values, "BACKUP_OLD", *_BACKUP_OLD)
    if last is not None and last.same_disk:
        return Check("backup", "warning", values, "BACKUP_SAME_DISK", *_BACKUP_SAME_DISK)
    return Check("backup", "good", values)


_BACKUP_OFF: Final = (
    "Aucune sauvegarde n'est faite : donnez un dossier sur une clé USB au réglage backup.folder.",
    "No backup is made: give the setting backup.folder a folder on a USB stick.",
)
_BACKUP_OLD: Final = (
    "La dernière sauvegarde a plus d'un jour et demi : laissez la passerelle allumée, ou faites-en "
    "une avec jardin-gateway backup.",
    "The last backup is more than a day and a half old: leave the gateway on, or make one with "
    "jardin-gateway backup.",
)
_BACKUP_SAME_DISK: Final = (
    "La sauvegarde est sur le même disque que les données : si la carte meurt, les deux sont "
    "perdues. Donnez au réglage backup.folder un dossier sur une clé USB.",
    "The backup lies on the same disk as the data: if the card dies, both are lost. Give the "
    "setting backup.folder a folder on a USB stick.",
)


def _quarantine(gateway: Gateway) -> Check:
    count = gateway.quarantine.count()
    values: dict[str, Number] = {"items": count, "evicted": gateway.quarantine.evicted()}
    if not count:
        return Check("quarantine", "good", values)
    return Check(
        "quarantine", "warning", values, "READINGS_REFUSED",
        fr=f"Refusés et gardés en quarantaine : {count}. GET /api/v1/quarantine dit pourquoi ; la "
        "cause réparée, réessayez.",
        en=f"Refused and kept in quarantine: {count}. GET /api/v1/quarantine says why; once the "
        "cause is mended, retry.",
    )  # fmt: skip


def _clock(gateway: Gateway) -> Check:
    kept_by = gateway.clock.kept_by()
    if kept_by is not None:
        return Check("clock", "good", {"trusted": True, "kept_by": kept_by})
    return Check(
        "clock", "warning", {"trusted": False, "kept_by": None}, "CLOCK_UNTRUSTED",
        fr="L'heure de la passerelle n'est pas sûre : reliez-la à internet, ajoutez une horloge à "
        "pile, ou, si l'heure est juste, clock = \"system\" dans gateway.toml.",
        en="The gateway's time is not certain: connect it to the internet, add a clock with a "
        "battery, or, if the time is right, clock = \"system\" in gateway.toml.",
    )  # fmt: skip


def _nodes(gateway: Gateway) -> Check:
    nodes, now_ms = gateway.catalogue.nodes(), gateway.clock.wall_ms()
    silent = [
        node.node
        for node in nodes.values()
        if node.last_seen_ms is not None
        and now_ms - node.last_seen_ms > STALE_AFTER_INTERVALS * node.interval_s * 1000
    ]
    values: dict[str, Number] = {"known": len(nodes), "silent": len(silent)}
    if not silent:
        return Check("nodes", "good", values)
    names = ", ".join(silent)
    return Check(
        "nodes", "warning", values, "NODES_SILENT",
        fr=f"Ne donnent plus de nouvelles : {names}. Vérifiez leur courant et leur Wi-Fi.",
        en=f"No longer heard of: {names}. Check their power and Wi-Fi.",
    )  # fmt: skip


def _forecast(gateway: Gateway) -> Check:
    forecasts, now_ms = gateway.forecasts, gateway.clock.wall_ms()
    if forecasts.place is None:
        return Check("forecast", "good", {"enabled": False})
    outlook, failure = forecasts.outlook(), forecasts.failure
    values: dict[str, Number] = {
        "enabled": True,
        "fetched": None if outlook is None else to_rfc3339(outlook.fetched_ms),
        "age_s": None if outlook is None else outlook.age_s(now_ms),
        "stale": None if outlook is None else not outlook.holds(now_ms),
    }
    if failure is not None:
        return Check("forecast", "warning", values, failure.code, failure.fr, failure.en)
    if outlook is None:
        return Check("forecast", "unknown", values, "FORECAST_NONE", *_FORECAST_NONE)
    if outlook.holds(now_ms):
        return Check("forecast", "good", values)
    hours = outlook.age_s(now_ms) // 3600
    return Check(
        "forecast", "warning", values, "FORECAST_STALE",
        fr=f"La dernière prévision a {hours} h : le conseil fait sans. Elle est redemandée dès que "
        "l'heure de la passerelle est sûre.",
        en=f"The last forecast is {hours} h old: the advice does without. It is asked for again as "
        "soon as the gateway's time is certain.",
    )  # fmt: skip


_FORECAST_NONE: Final = (
    "Aucune prévision n'est encore arrivée : elle est demandée dans la minute.",
    "No forecast has come yet: it is asked for within the minute.",
)


def _keys(gateway: Gateway) -> list[Check]:
    """The keys of the machines, where the garden has some."""
    if gateway.keys is None:
        return []
    thefts = gateway.keys.thefts()
    left_ms = gateway.keys.web_until_ms - gateway.clock.wall_ms()
    values: dict[str, Number] = {
        "repeated_invitations": len(thefts),
        "certificate_days_left": left_ms // DAY_MS,
    }
    if thefts:
        return [_repeated(sorted(theft.node for theft in thefts), values)]
    if left_ms < CERTIFICATE_SHORT_MS:
        return [Check("keys", "warning", values, "CERTIFICATE_OLD", *_CERTIFICATE_OLD)]
    return [Check("keys", "good", values)]


def _repeated(nodes: list[str], values: Mapping[str, Number]) -> Check:
    names = ", ".join(nodes)
    return Check(
        "keys", "bad", values, "INVITATION_REPEATED",
        fr=f"Une invitation a été présentée deux fois, par deux machines : {names}. L'une des deux "
        "l'a peut-être volée : « jardin-gateway node remove », puis « node add ».",
        en=f"An invitation was shown twice, by two machines: {names}. One of the two may have "
        "stolen it: 'jardin-gateway node remove', then 'node add'.",
    )  # fmt: skip


_CERTIFICATE_OLD: Final = (
    "Le certificat du site chiffré expire dans moins d'un mois : « jardin-gateway init --renew », "
    "puis relancez la passerelle. Les nœuds n'en sont pas gênés.",
    "The certificate of the encrypted site ends within a month: 'jardin-gateway init --renew', "
    "then start the gateway again. Nodes do not mind.",
)


def _networks(gateway: Gateway) -> list[Check]:
    """A kit's cable and Wi-Fi, where a guard watches over them."""
    state = network_state.read(gateway.settings.kit.network)
    if state is None:
        return []
    return [
        Check(one.name, one.state, one.values, one.code, one.fr, one.en)
        for one in network_words.found(state, gateway.clock.monotonic_s())
    ]


def _messages(gateway: Gateway) -> Check:
    """Whether messages get out; told by the place of an address, never by what it is."""
    post = gateway.post
    if post is None or not post.addresses:
        return Check("messages", "unknown", {"addresses": 0}, "NOTIFY_OFF", *_NOTIFY_OFF)
    waiting, failures = post.waiting(), post.failures
    values: dict[str, Number] = {
        "addresses": len(post.addresses),
        "waiting": sum(len(one.notices) for one in waiting),
        "since": to_rfc3339(min(one.since_ms for one in waiting)) if waiting else None,
    }
    if not failures:
        return Check("messages", "good", values)
    fr = ", ".join(f"n° {number} ({one.error.fr})" for number, one in failures.items())
    en = ", ".join(f"number {number} ({one.error.en})" for number, one in failures.items())
    return Check(
        "messages", "warning", values, "NOTICE_UNDELIVERED",
        fr=f"Un message attend : l'adresse {fr}. Vérifiez internet et les adresses, avec "
        "jardin-gateway notify --test. Il part dès que c'est possible.",
        en=f"A message waits: address {en}. Check the internet and the addresses, with "
        "jardin-gateway notify --test. It goes as soon as it can.",
    )  # fmt: skip


_NOTIFY_OFF: Final = (
    "Les alertes ne sont envoyées à personne : donnez des adresses au réglage notify.urls.",
    "Alerts are sent to nobody: give the setting notify.urls some addresses.",
)
