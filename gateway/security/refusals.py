"""What is said to whoever may not: always what to do instead."""

from __future__ import annotations

import math

from gateway.security.roles import ACTIONS_FR_EN, ROLES_FR_EN, Action, Role
from sensor_node.errors import GardenError


class AccessRefused(GardenError, PermissionError):
    """Somebody may not do that, or not now. ``status``: of HTTP; ``wait_s``: until when, if so."""

    exit_code = 2

    def __init__(
        self, status: int, code: str, *, fr: str, en: str, wait_s: float | None = None
    ) -> None:
        super().__init__(code, fr=fr, en=en)
        self.status = status
        self.wait_s = wait_s


def key_needed(action: Action) -> AccessRefused:
    """To somebody without any key."""
    fr, en = ACTIONS_FR_EN[action]
    return AccessRefused(
        401,
        "KEY_NEEDED",
        fr=f"Il faut une clé du jardin pour cela ({fr}) : demandez au jardinier un code et "
        "entrez-le sur la page /entrer ; un programme envoie son jeton (Authorization: Bearer).",
        en=f"A key of the garden is needed for this ({en}): ask the gardener for a code and enter "
        "it on the page /entrer; a program sends its token (Authorization: Bearer).",
    )


def no_keeper() -> AccessRefused:
    """To anybody, while the garden has no passphrase of a keeper."""
    return AccessRefused(
        401,
        "NO_KEEPER",
        fr="Ce jardin n'a pas encore de responsable, alors personne ne peut rien y écrire : sur "
        "l'ordinateur du jardin, lancez « jardin-gateway passphrase ». Dans le jardin de "
        "démonstration, ouvrez le lien écrit au démarrage.",
        en="This garden has no keeper yet, so nobody can write anything here: on the garden's "
        "computer, run 'jardin-gateway passphrase'. In the demo garden, open the link that was "
        "printed at the start.",
    )


def not_allowed(holder: str, action: Action) -> AccessRefused:
    """To somebody whose key does not open this."""
    fr, en = ACTIONS_FR_EN[action]
    return AccessRefused(
        403,
        "NOT_ALLOWED",
        fr=f"Votre clé ({_name(holder, 0)}) ne permet pas cela ({fr}) : demandez-en une autre au "
        "jardinier ou au responsable du jardin.",
        en=f"Your key ({_name(holder, 1)}) does not allow this ({en}): ask the gardener or the "
        "garden's keeper for another one.",
    )


def not_yours(node: str, own: str) -> AccessRefused:
    """To a key that is bound to another node or sandbox."""
    return AccessRefused(
        403,
        "NOT_YOURS",
        fr=f"Cette clé n'écrit que dans « {own} », pas dans « {node[:80]} ».",
        en=f"This key writes to '{own}' only, not to '{node[:80]}'.",
    )


def token_refused() -> AccessRefused:
    """To a program whose token is none, is revoked or has expired."""
    return AccessRefused(
        401,
        "TOKEN_REFUSED",
        fr="Ce jeton n'ouvre rien : il est mal copié, révoqué ou expiré. Demandez-en un nouveau au "
        "responsable du jardin (jardin-gateway token create).",
        en="This token opens nothing: it is miscopied, revoked or expired. Ask the garden's keeper "
        "for a new one (jardin-gateway token create).",
    )


def wrong_key() -> AccessRefused:
    """To somebody at the sign-in page."""
    return AccessRefused(
        403,
        "WRONG_KEY",
        fr="Ce code ou cette phrase n'ouvre rien. Vérifiez chaque lettre ; un code expire : "
        "demandez-en un nouveau au jardinier.",
        en="This code or passphrase opens nothing. Check each letter; a code expires: ask the "
        "gardener for a new one.",
    )


def door_slow(wait_s: float) -> AccessRefused:
    """To everybody at the sign-in page after many wrong codes."""
    seconds = max(1, math.ceil(wait_s))
    return AccessRefused(
        429,
        "DOOR_SLOW",
        fr=f"Trop d'essais faux : la porte du jardin rouvre dans {seconds} s. Le responsable peut "
        "la rouvrir tout de suite.",
        en=f"Too many wrong tries: the garden's door opens again in {seconds} s. The keeper can "
        "open it at once.",
        wait_s=seconds,
    )


def too_fast(wait_s: float) -> AccessRefused:
    """To a program that asks for more than its share."""
    seconds = max(1, math.ceil(wait_s))
    return AccessRefused(
        429,
        "TOO_FAST",
        fr=f"Ce programme va trop vite : qu'il attende {seconds} s et regroupe ses mesures.",
        en=f"This program goes too fast: have it wait {seconds} s and send its readings together.",
        wait_s=seconds,
    )


def https_needed(address: str | None) -> AccessRefused:
    """To a keeper who comes by plain http from another machine."""
    fr = f"ouvrez {address}" if address else "installez-la avec « jardin-gateway init »"
    en = f"open {address}" if address else "set it up with 'jardin-gateway init'"
    return AccessRefused(
        403,
        "HTTPS_NEEDED",
        fr="Les réglages et les clés passent par la porte sûre (https), où personne ne peut lire "
        f"en route : {fr}. Sur l'ordinateur du jardin lui-même, http://localhost suffit.",
        en="Settings and keys go through the safe door (https), where nobody can read along: "
        f"{en}. On the garden's own computer, http://localhost will do.",
    )


def other_page() -> AccessRefused:
    """To a write with a session that no page of the garden has made."""
    return AccessRefused(
        403,
        "OTHER_PAGE",
        fr="Cette écriture ne vient pas d'une page du jardin : ouvrez-la et recommencez. Un "
        "programme envoie un jeton.",
        en="This write does not come from a page of the garden: open it and try again. A program "
        "sends a token.",
    )


def passphrase_refused(least: int) -> AccessRefused:
    """To whoever chooses a passphrase that is easily guessed, or another role's."""
    return AccessRefused(
        422,
        "PASSPHRASE_WEAK",
        fr=f"Cette phrase ne convient pas : il faut au moins {least} caractères, pas toujours les "
        "mêmes, et une autre pour chaque rôle. Quatre mots sans rapport font une bonne phrase.",
        en=f"This passphrase will not do: it takes at least {least} characters, not the same ones "
        "over and over, and another one for each role. Four unrelated words make a good one.",
    )


def _name(holder: str, language: int) -> str:
    if holder in tuple(Role):
        return ROLES_FR_EN[Role(holder)][language]
    return ("jeton", "token")[language]
