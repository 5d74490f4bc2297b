"""The numbers of the gateway's checks, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.checks import Check
from gateway.pages import words
from gateway.pages.frame import Reader
from gateway.pages.words import N_

Values = Mapping[str, Any]
KEPT_BY: Final = {
    "ntp": N_("par internet"),
    "rtc": N_("par une horloge à pile"),
    "person": N_("réglée par une personne depuis le démarrage"),
}
CABLES: Final = {
    "unplugged": N_("aucun câble"),
    "listening": N_("le kit écoute avant d’y donner quoi que ce soit"),
    "serving": N_("le kit y donne les adresses"),
    "guest": N_("le câble mène au réseau de l’école : le kit n’y distribue rien"),
    "guest_of_kit": N_("un autre kit y donne les adresses"),
    "apart": N_("ce réseau a les adresses du kit : il n’y entre pas"),
    "unknown": N_("personne ne surveille le câble"),
}


def vitals_of(check: Check, reader: Reader) -> str:
    """What ``check`` measured, in a few words; empty where there is nothing to say."""
    tell = _WORDS.get(check.name)
    return "" if tell is None else tell(check.values, reader)


def size(count: float, reader: Reader) -> str:
    """Bytes as people tell them."""
    tell = reader.tell
    units = ((10**9, tell("Go")), (10**6, tell("Mo")), (10**3, tell("ko")), (1, tell("octets")))
    unit, name = next((one for one in units if count >= one[0]), units[-1])
    number = reader.write.number(count / unit, 1 if unit > 1 else 0, exact=False)
    return f"{number}\u00a0{name}"


def _ingest(values: Values, reader: Reader) -> str:
    pace = reader.write.number(values["readings_a_minute"], 1, exact=False)
    return reader.tell("%(pace)s mesures par minute") % {"pace": pace}


def _commit(values: Values, reader: Reader) -> str:
    if values["age_s"] is None:
        return reader.tell("rien encore depuis le démarrage")
    return _ago(values["age_s"], reader)


def _queue(values: Values, reader: Reader) -> str:
    count = values["pending"]
    if not count:
        return reader.tell("rien n’attend")
    return reader.texts.ngettext("%(num)s message attend", "%(num)s messages attendent", count) % {
        "num": count
    }


def _databases(values: Values, reader: Reader) -> str:
    told = size(values["bytes"], reader)
    if values["readings"] is None:
        return told
    count = reader.write.number(values["readings"], 0)
    return f"{told}, " + reader.tell("%(count)s mesures") % {"count": count}


def _disk(values: Values, reader: Reader) -> str:
    free, total = size(values["free_bytes"], reader), size(values["total_bytes"], reader)
    told = reader.tell("%(free)s libres sur %(total)s") % {"free": free, "total": total}
    days = values["days_left"]
    if days is None or days > 3650:
        return told
    return f"{told}, " + reader.tell("environ %(days)s jours") % {"days": days}


def _backup(values: Values, reader: Reader) -> str:
    if values["age_s"] is None:
        return reader.tell("aucune encore")
    return f"{_ago(values['age_s'], reader)}, {size(values['bytes'] or 0, reader)}"


def _clock(values: Values, reader: Reader) -> str:
    if not values["trusted"]:
        return reader.tell("pas sûre")
    known = KEPT_BY.get(str(values["kept_by"]))
    told = reader.tell("sûre")
    return told if known is None else f"{told}, {reader.tell(known)}"


def _forecast(values: Values, reader: Reader) -> str:
    if not values["enabled"]:
        return reader.tell("éteinte")
    return (
        reader.tell("aucune encore") if values["age_s"] is None else _ago(values["age_s"], reader)
    )


def _keys(values: Values, reader: Reader) -> str:
    days = values["certificate_days_left"]
    return reader.tell("certificat valable %(days)s jours") % {"days": days}


def _messages(values: Values, reader: Reader) -> str:
    count = values["addresses"]
    return reader.texts.ngettext("%(num)s adresse", "%(num)s adresses", count) % {"num": count}


def _cable(values: Values, reader: Reader) -> str:
    return reader.tell(CABLES[str(values["cable"])])


def _wifi(values: Values, reader: Reader) -> str:
    words = {"stations": values["stations"], "room": values["room"]}
    return reader.tell("appareils : %(stations)s sur %(room)s au plus") % words


def _kits(values: Values, reader: Reader) -> str:
    return str(values["name"] or "")


def _broker(values: Values, reader: Reader) -> str:
    return reader.tell("relié") if values["connected"] else reader.tell("pas de réponse")


def _quarantine(values: Values, reader: Reader) -> str:
    return reader.texts.ngettext("%(num)s chose", "%(num)s choses", values["items"]) % {
        "num": values["items"]
    }


def _ago(age_s: float, reader: Reader) -> str:
    return words.ago(age_s, reader.texts, reader.language)


_WORDS: Final[Mapping[str, Callable[[Values, Reader], str]]] = {
    "ingest": _ingest,
    "broker": _broker,
    "commit": _commit,
    "queue": _queue,
    "databases": _databases,
    "disk": _disk,
    "backup": _backup,
    "quarantine": _quarantine,
    "clock": _clock,
    "forecast": _forecast,
    "keys": _keys,
    "messages": _messages,
    "cable": _cable,
    "wifi": _wifi,
    "kits": _kits,
}
