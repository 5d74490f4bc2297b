"""What the scripts of a page with a form say; they carry no word of their own."""

from __future__ import annotations

from gateway.pages.frame import Reader


def script_texts(reader: Reader) -> dict[str, object]:
    """By the names that the scripts know."""
    tell = reader.tell
    return {
        "justNow": tell("à l’instant"),
        "lost": tell(
            "Connexion perdue depuis %(time)s. Les dernières valeurs restent affichées ; la page "
            "reprend toute seule."
        ),
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
