"""mosquitto's files, and how it is told of new ones.

mosquitto reads accounts and rights again at SIGHUP, and closes within a tenth of a second the
connections of accounts that are no more. Files are right also for a broker that is off: whoever was
shut out meanwhile finds no account at the next start. (Its dynamic security plugin changes
accounts over MQTT, in a millisecond, but only of a broker that runs, and keeps a second truth
beside the garden's own.) Broker and gateway are of one user, so that the gateway may send the
signal and nobody else may read the files.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from gateway.keys.acl import Identity, acl_file
from gateway.keys.book import Account, Book, Entries
from gateway.keys.passwords import hashed, new_password
from gateway.keys.place import Place, make_private, write_all
from gateway.keys.session import visit
from sensor_node.errors import NetworkError
from sensor_node.link import Broker

PORT: Final = 8883
PLAIN_PORT: Final = 1883
RELOAD_S: Final = 5.0
MARKS_KEPT: Final = 8
PAUSE_S: Final = 0.02

CONF, PASSWORDS, ACL, PLAIN_PASSWORDS, PLAIN_ACL, PID = (
    "mosquitto.conf", "passwords", "acl", "passwords-plain", "acl-plain", "mosquitto.pid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doors:
    """Where the broker listens: encrypted on ``port``; in the clear on ``plain_port``, None: not
    at all.
    """

    port: int = PORT
    plain_port: int | None = None


def publish_tables(place: Place, book: Book, broker: Broker) -> bool:
    """Write the broker's files anew, and have a running broker read them: whether there is one.

    ``broker``: how its encrypted door is entered. Raises ``StorageError``, and ``NetworkError``
    where the broker runs but did not take them.
    """
    password = new_password()
    with book.alone() as entries:  # what another command writes at the same time comes after
        name = _sign(entries, hashed(password))
        write_files(place, entries)
        told = _tell(place)
    if told:
        _wait_until_read(replace(broker, username=name, password=password, password_file=None))
    return told


def are_published(place: Place, book: Book) -> bool:
    """Whether the broker's files say what the book says: a kill may have come between."""
    with book.alone() as entries:
        files = _files(place, doors_of(entries), list(entries.accounts().values()))
    try:
        return all((place.broker / n).read_text() == text for n, text in files.items())
    except (OSError, UnicodeDecodeError):
        return False


def _sign(entries: Entries, password: str) -> str:
    """Mark the accounts as they are now by one that is new, whose name is returned.

    Of the marks of before some stay: two commands at the same time find each its own.
    """
    number = int(entries.fact("reloads", "0")) + 1
    entries.put_fact("reloads", str(number))
    entries.put(Account(_mark(number), Identity.RELOAD, password, 0))
    entries.remove(_mark(number - MARKS_KEPT))
    return _mark(number)


def _mark(number: int) -> str:
    return f"reload.{number}"  # no node can have such a name


def write_files(place: Place, entries: Entries) -> None:
    """All of the broker's files, from the accounts and facts of ``entries``."""
    make_private(place.broker)
    files = _files(place, doors_of(entries), list(entries.accounts().values()))
    write_all(place.broker, {name: text.encode() for name, text in files.items()})


def doors_of(entries: Entries | Book) -> Doors:
    """The doors that the garden was made with."""
    plain = entries.fact("plain_port")
    return Doors(int(entries.fact("port", str(PORT))), int(plain) if plain else None)


def _files(place: Place, doors: Doors, accounts: Sequence[Account]) -> Mapping[str, str]:
    files = {
        PASSWORDS: _passwords(accounts),
        ACL: _rights(accounts),
        CONF: "\n".join(_conf(place, doors)) + "\n",
    }
    if doors.plain_port is not None:
        groups = [account for account in accounts if account.identity == Identity.SANDBOX]
        files |= {PLAIN_PASSWORDS: _passwords(groups), PLAIN_ACL: _rights(groups)}
    return files


def _passwords(accounts: Iterable[Account]) -> str:
    return "\n".join(f"{account.name}:{account.password}" for account in accounts) + "\n"


def _rights(accounts: Iterable[Account]) -> str:
    return acl_file((account.name, account.identity) for account in accounts)


def _conf(place: Place, doors: Doors) -> Iterator[str]:
    folder = place.broker.resolve()
    yield "# Made by jardin-gateway; what is written here by hand is lost at the next change."
    yield "per_listener_settings true"
    yield f"user {_owner(place.data)}"
    yield f"pid_file {folder / PID}"
    yield "# Who came from which address is nobody's business: it is not in the log."
    yield "connection_messages false"
    yield "persistence true"
    yield f"persistence_location {folder}/"
    yield "# The default of 20 would make a gateway that commits in batches wait for each twenty."
    yield "max_inflight_messages 1000"
    yield "# What a gateway that restarts finds again; the nodes keep everything all the same."
    yield "max_queued_messages 100000"
    yield "# A pack is 8 KiB at the most; nobody fills the memory with one message."
    yield "message_size_limit 65536"
    yield ""
    yield f"listener {doors.port}"
    yield f"certfile {place.certificate('broker').resolve()}"
    yield f"keyfile {place.key('broker').resolve()}"
    yield "tls_version tlsv1.2"
    yield "allow_anonymous false"
    yield f"password_file {folder / PASSWORDS}"
    yield f"acl_file {folder / ACL}"
    if doors.plain_port is not None:
        yield ""
        yield "# In the clear, as this garden asks: a workshop's groups, each in its own sandbox."
        yield f"listener {doors.plain_port}"
        yield "allow_anonymous false"
        yield f"password_file {folder / PLAIN_PASSWORDS}"
        yield f"acl_file {folder / PLAIN_ACL}"


def _owner(data: Path) -> str:
    try:
        return data.owner()
    except (KeyError, NotImplementedError):  # a user without a name; Windows
        return "mosquitto"


def _tell(place: Place) -> bool:
    """Send the running broker its signal; whether there is one."""
    pid = running_pid(place)
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGHUP)
    except ProcessLookupError:
        return False
    except (PermissionError, AttributeError) as error:
        raise _not_read() from error
    return True


def have_saved(place: Place) -> None:
    """Have a running broker write its file anew: what was taken back is not in it any more."""
    pid = running_pid(place)
    if pid is not None and hasattr(signal, "SIGUSR1"):
        with suppress(OSError):
            os.kill(pid, signal.SIGUSR1)


def running_pid(place: Place) -> int | None:
    """The process id of the garden's broker, None where it does not run.

    A file that a killed broker left behind may name somebody else's process by now.
    """
    try:
        pid = int((place.broker / PID).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    about = Path(f"/proc/{pid}/comm")
    if Path("/proc/self/comm").exists():
        try:
            return pid if about.read_text(encoding="ascii").startswith("mosquitto") else None
        except OSError:
            return None
    return pid


def _wait_until_read(broker: Broker) -> None:
    """Come in under the newest password: by then all that is older is void."""
    end = time.monotonic() + RELOAD_S
    while True:
        try:
            with visit(broker):
                return
        except NetworkError as error:
            if error.code != "BROKER_REFUSED" or time.monotonic() > end:
                raise _not_read() from error
        time.sleep(PAUSE_S)


def _not_read() -> NetworkError:
    return NetworkError(
        "BROKER_NOT_TOLD",
        fr="Le serveur MQTT n'a pas pris les nouveaux comptes ; ils sont écrits et vaudront quand "
        "il les relira : sudo systemctl reload jardin-broker, ou relancez-le.",
        en="The MQTT broker did not take the new accounts; they are written and will hold when it "
        "reads them again: sudo systemctl reload jardin-broker, or start it again.",
    )
