"""Who may do what: one table, from which the checks, the documentation and the tests are made."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is to the garden; nobody has a name here."""

    STRANGER = "stranger"
    """Anybody without a key, where the garden is private."""
    READER = "reader"
    """Anybody on the local network, where it is not."""
    GROUP = "group"
    """A group of a workshop, with the workshop's code."""
    GARDENER = "gardener"
    KEEPER = "keeper"


class Scope(StrEnum):
    """What a program's token is for."""

    READ = "read"
    SEND = "send"
    WATER = "water"


Holder = Role | Scope


class Action(StrEnum):
    """What can be done; every address of the web server declares one."""

    ENTER = "enter"
    READ = "read"
    SEND = "send"
    WATER = "water"
    BEDS = "beds"
    CALIBRATE = "calibrate"
    SILENCE = "silence"
    RETRY = "retry"
    WORKSHOP = "workshop"
    GARDEN = "garden"
    KEYS = "keys"
    AUDIT = "audit"
    RESET = "reset"
    UPDATE = "update"


HOLDERS: Final[tuple[Holder, ...]] = (*Role, *Scope)
YES, OWN, NO = "yes", "own", "-"
"""``own``: with the node or the sandbox that the key is bound to, and nothing else."""

# In the order of HOLDERS:
#                     stranger reader group gardener keeper   tokens: read send water
_TABLE: Final = {
    Action.ENTER:     "yes      yes    yes   yes      yes              yes  yes  yes",
    Action.READ:      "-        yes    yes   yes      yes              yes  -    -",
    Action.SEND:      "-        -      own   -        -                -    own  -",
    Action.WATER:     "-        -      -     yes      yes              -    -    yes",
    Action.BEDS:      "-        -      -     yes      yes              -    -    -",
    Action.CALIBRATE: "-        -      -     yes      yes              -    -    -",
    Action.SILENCE:   "-        -      -     yes      yes              -    -    -",
    Action.RETRY:     "-        -      -     yes      yes              -    -    -",
    Action.WORKSHOP:  "-        -      -     yes      yes              -    -    -",
    Action.GARDEN:    "-        -      -     yes      yes              -    -    -",
    Action.KEYS:      "-        -      -     -        yes              -    -    -",
    Action.AUDIT:     "-        -      -     -        yes              -    -    -",
    Action.RESET:     "-        -      -     -        yes              -    -    -",
    Action.UPDATE:    "-        -      -     -        yes              -    -    -",
}  # fmt: skip

MATRIX: Final[Mapping[Action, Mapping[Holder, str]]] = {
    action: dict(zip(HOLDERS, row.split(), strict=True)) for action, row in _TABLE.items()
}
KEEPERS_OWN: Final = frozenset(
    action
    for action, row in MATRIX.items()
    if [holder for holder, may in row.items() if may != NO] == [Role.KEEPER]
)
"""What only the keeper may do: by https, or on the garden's own computer."""


def may(holder: Holder, action: Action) -> bool:
    """Whether ``holder`` may do ``action`` at all, if only with what is its own."""
    return MATRIX[action][holder] != NO


ROLES_FR_EN: Final[Mapping[Holder, tuple[str, str]]] = {
    Role.STRANGER: ("inconnu", "stranger"),
    Role.READER: ("lecteur", "reader"),
    Role.GROUP: ("groupe", "group"),
    Role.GARDENER: ("jardinier", "gardener"),
    Role.KEEPER: ("responsable", "keeper"),
    Scope.READ: ("jeton `read`", "token `read`"),
    Scope.SEND: ("jeton `send`", "token `send`"),
    Scope.WATER: ("jeton `water`", "token `water`"),
}

ACTIONS_FR_EN: Final[Mapping[Action, tuple[str, str]]] = {
    Action.ENTER: ("entrer et sortir", "sign in and out"),
    Action.READ: ("lire les mesures, les conseils et le journal", "read readings, advice, journal"),
    Action.SEND: ("envoyer des mesures", "send readings"),
    Action.WATER: ("dire « arrosé », corriger le journal", "tell of waterings, correct the log"),
    Action.BEDS: (
        "changer les bacs, les cultures et l'arrêté sécheresse",
        "change beds, crops and the drought order",
    ),
    Action.CALIBRATE: ("étalonner", "calibrate"),
    Action.SILENCE: ("faire taire une alerte", "silence an alert"),
    Action.RETRY: ("réessayer ce qui est en quarantaine", "retry what is in quarantine"),
    Action.WORKSHOP: ("animer un atelier", "run a workshop"),
    Action.GARDEN: ("nommer le jardin et régler l'heure", "name the garden, set the clock"),
    Action.KEYS: ("donner et retirer codes, jetons et phrases", "give and revoke keys"),
    Action.AUDIT: ("lire le registre des changements", "read the log of changes"),
    Action.RESET: ("remettre le kit à blanc", "blank the kit for the next school"),
    Action.UPDATE: ("mettre le jardin à jour", "update the garden"),
}  # fmt: skip
