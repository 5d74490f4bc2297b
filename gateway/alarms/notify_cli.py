"""``jardin-gateway notify``: are the addresses of the messages right, and does one get through?"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.alarms.courier import Apprise
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.errors import ConfigError, NetworkError

HARDWARE_OR_NETWORK: Final = 4
_TEST: Final = {
    "fr": (
        "{garden} : essai",
        "Ceci est un essai : les alertes du jardin arrivent ici. Rien à faire.",
    ),
    "en": ("{garden}: a try", "This is a try: the garden's alerts arrive here. Nothing to do."),
}


def notify(config: Path, *, test: bool) -> int:
    """Check each address and, with ``test``, send it a message; returns the exit code.

    Raises ``ConfigError`` where there is no address, or one that cannot be. Addresses are named
    by their place: they hold passwords.
    """
    settings = settings_file.load(GatewaySettings, config)
    urls = settings.notify.addresses()
    if not urls:
        raise ConfigError(
            "NOTIFY_OFF",
            fr="Aucune adresse : donnez-en au réglage notify.urls, comme ntfy://mon-jardin.",
            en="No address: give some to the setting notify.urls, like ntfy://my-garden.",
        )
    courier = Apprise()
    courier.check(urls)
    if not test:
        print(pick(f"Adresses comprises : {len(urls)}.", f"Addresses understood: {len(urls)}."))
        return 0
    title, body = _TEST["fr" if settings.language == "fr" else "en"]
    tried = [_try(courier, number, url, title.format(garden=settings.name), body)
             for number, url in enumerate(urls, start=1)]  # fmt: skip
    return 0 if all(tried) else HARDWARE_OR_NETWORK


def _try(courier: Apprise, number: int, url: str, title: str, body: str) -> bool:
    """Send to one address and say how that went."""
    try:
        courier.send(url, title, body)
    except NetworkError as error:
        why = pick(error.fr, error.en)
        print(pick(f"Adresse n° {number} : échec, {why}.", f"Address {number}: failed, {why}."))
        return False
    print(pick(f"Adresse n° {number} : envoyé.", f"Address {number}: sent."))
    return True
