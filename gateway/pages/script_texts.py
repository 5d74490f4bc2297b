"""What the scripts of the pages say; they carry no word of their own."""

from __future__ import annotations

from collections.abc import Callable


def of_every_page(tell: Callable[[str], str]) -> dict[str, object]:
    """What each live page tells, by the names that the scripts know."""
    return {
        "justNow": tell("à l’instant"),
        "lost": tell(
            "Connexion perdue depuis %(time)s. Les dernières valeurs restent affichées ; la page "
            "reprend toute seule."
        ),
    }


def of_a_form(tell: Callable[[str], str]) -> dict[str, object]:
    """The same, and what becomes of what was typed."""
    return {
        **of_every_page(tell),
        "notSaved": tell(
            "Pas de réseau : ce n’est pas enregistré, et rien n’est perdu. Ce que vous avez tapé "
            "reste ici ; réessayez dans un instant."
        ),
        "keyEnded": tell(
            "Votre code n’ouvre plus : rien n’est perdu. Entrez de nouveau dans un autre onglet, "
            "puis enregistrez encore."
        ),
        "enter": tell("Entrer"),
        "failed": tell("Cela n’a pas marché. Réessayez."),
    }
