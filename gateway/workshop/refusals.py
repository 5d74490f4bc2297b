"""What is said to groups, in words that somebody of twelve understands."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.security.refusals import AccessRefused


def wrong_code() -> AccessRefused:
    """To whoever brings a code of no workshop that is on: miscopied, or yesterday's."""
    return AccessRefused(
        403,
        "NO_SUCH_CODE",
        fr="Ce code n'ouvre aucun atelier : il est mal recopié, ou cet atelier est fini. Regardez "
        "le code sur le grand écran et recommencez.",
        en="This code opens no workshop: it is miscopied, or that workshop is over. Look at the "
        "code on the big screen and try again.",
    )


def plant_taken(plant: str) -> AccessRefused:
    """To a second group that wants the same plant, or to one that comes back elsewhere."""
    return AccessRefused(
        409,
        "PLANT_TAKEN",
        fr=f"« {plant} » est déjà pris par un groupe : choisissez une autre plante. C'est votre "
        "groupe et l'ordinateur a changé ? Demandez un nouveau code à l'animateur.",
        en=f"'{plant}' is taken by a group already: choose another plant. It is your group, on "
        "another computer? Ask the facilitator for a new code.",
    )


def unknown_plant(name: str, near: Sequence[str], near_en: Sequence[str]) -> AccessRefused:
    """To whoever names a plant that is not in the list; ``near``: those that it could be, in
    French and English.
    """
    return AccessRefused(
        422,
        "UNKNOWN_PLANT",
        fr=f"La plante « {name[:40]} » n'est pas dans la liste. "
        + (
            f"Vouliez-vous dire : {', '.join(near)} ?"
            if near
            else "Choisissez-en une sur la page /atelier."
        ),
        en=f"The plant '{name[:40]}' is not in the list. "
        + (
            f"Did you mean: {', '.join(near_en)}?"
            if near_en
            else "Choose one on the page /atelier."
        ),
    )


def workshop_full(groups: int) -> AccessRefused:
    """To a group too many."""
    return AccessRefused(
        409,
        "WORKSHOP_FULL",
        fr=f"Les {groups} groupes de cet atelier sont déjà là : rejoignez un groupe, ou demandez "
        "à l'animateur d'en permettre un de plus.",
        en=f"The {groups} groups of this workshop are here already: join one of them, or ask the "
        "facilitator to allow one more.",
    )


def no_workshop(plant: str) -> AccessRefused:
    """To a key of a group whose workshop is not on."""
    return AccessRefused(
        409,
        "NO_WORKSHOP",
        fr=f"Il n'y a pas d'atelier en cours pour « {plant} » : entrez le code du grand écran sur "
        "la page /atelier.",
        en=f"No workshop is on for '{plant}': enter the code of the big screen on the page "
        "/atelier.",
    )


def other_sandbox(own: str) -> AccessRefused:
    """To a group that names another node than its own."""
    return AccessRefused(
        403,
        "NOT_YOURS",
        fr=f"Votre groupe n'écrit que dans son bac à sable, « {own} » : donnez le nom de la mesure "
        "seul, sans « / », comme score.",
        en=f"Your group writes to its own sandbox only, '{own}': give the name of the reading "
        "alone, without '/', as score.",
    )


def over() -> AccessRefused:
    """To a group that writes after the end."""
    return AccessRefused(
        409,
        "WORKSHOP_OVER",
        fr="L'atelier est fini : on peut encore regarder, plus rien envoyer. Si ce n'est pas fini, "
        "l'animateur peut le prolonger.",
        en="The workshop is over: you can still look, but send nothing more. If it is not over, "
        "the facilitator can extend it.",
    )


def paused() -> AccessRefused:
    """To a group that writes while all listen."""
    return AccessRefused(
        409,
        "WORKSHOP_PAUSED",
        fr="L'atelier est en pause : rien n'est perdu, mais rien n'est pris. Votre programme peut "
        "réessayer quand l'animateur aura dit « on reprend ».",
        en="The workshop is paused: nothing is lost, but nothing is taken. Your program can try "
        "again when the facilitator says 'go on'.",
    )


def frozen() -> AccessRefused:
    """To the one group that the facilitator has stopped."""
    return AccessRefused(
        409,
        "GROUP_FROZEN",
        fr="L'animateur a gelé votre groupe : arrêtez votre programme et allez le voir.",
        en="The facilitator has frozen your group: stop your program and go to see them.",
    )


def sandbox_full(most: int, what: tuple[str, str]) -> AccessRefused:
    """To a group that has filled its sandbox; ``what``: with what, in French and English."""
    return AccessRefused(
        409,
        "SANDBOX_FULL",
        fr=f"Votre bac à sable est plein : {most} {what[0]} au plus. Demandez à l'animateur.",
        en=f"Your sandbox is full: at most {most} {what[1]}. Ask the facilitator.",
    )


def thinned(lost: int) -> AccessRefused:
    """To a group whose program says more on MQTT than anybody can read."""
    return AccessRefused(
        429,
        "TOO_FAST",
        fr=f"Votre programme envoie trop vite : {lost} nombres n'ont pas été gardés. Ajoutez-lui "
        "une pause d'une seconde.",
        en=f"Your program sends too fast: {lost} numbers were not kept. Add a pause of a second "
        "to it.",
        wait_s=1,
    )


def not_sayable() -> AccessRefused:
    """To a group whose program says on MQTT what is no number."""
    return AccessRefused(
        422,
        "NOT_SAYABLE",
        fr="Ce que votre programme publie n'est pas pris : un simple nombre, comme 21.5, sur "
        "say/ et un nom en minuscules sans accent.",
        en="What your program publishes is not taken: a plain number, as 21.5, on say/ and a name "
        "in lower-case letters without accents.",
    )


def token_over() -> AccessRefused:
    """To a program with a group's token that opens nothing any more."""
    return AccessRefused(
        401,
        "GROUP_TOKEN_OVER",
        fr="Ce jeton de groupe n'ouvre plus rien : l'atelier est fini, ou votre groupe a reçu un "
        "nouveau code. Recopiez les lignes de la page de votre groupe (/atelier).",
        en="This group's token opens nothing any more: the workshop is over, or your group was "
        "given a new code. Copy the lines of your group's page again (/atelier).",
    )


def not_a_group() -> AccessRefused:
    """To somebody who is in no group, where only groups write."""
    return AccessRefused(
        403,
        "NOT_A_GROUP",
        fr="Seul un groupe de l'atelier peut faire cela : rejoignez-le sur la page /atelier.",
        en="Only a group of the workshop can do this: join it on the page /atelier.",
    )


def unknown_workshop() -> AccessRefused:
    """To whoever asks for a workshop that is not, or no longer."""
    return AccessRefused(
        404,
        "UNKNOWN_WORKSHOP",
        fr="Cet atelier n'existe pas, ou il a été effacé : voyez la page /ateliers.",
        en="This workshop does not exist, or it was erased: see the page /ateliers.",
    )


def unknown_group(plant: str) -> AccessRefused:
    """To whoever asks for a group that has not joined."""
    return AccessRefused(
        404,
        "UNKNOWN_GROUP",
        fr=f"Aucun groupe « {plant[:40]} » n'a rejoint cet atelier.",
        en=f"No group '{plant[:40]}' has joined this workshop.",
    )


def not_ended() -> AccessRefused:
    """To whoever would erase, or take the zip of, a workshop that goes on."""
    return AccessRefused(
        409,
        "WORKSHOP_ON",
        fr="Cet atelier n'est pas terminé : terminez-le d'abord, prenez le fichier des groupes, "
        "puis effacez.",
        en="This workshop has not ended: end it first, take the groups' file, then erase.",
    )
