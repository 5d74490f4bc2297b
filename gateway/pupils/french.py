"""The French of ``garden.py``: what makes ``jardin.py`` of it.

A test watches that no text of the source is without its French, and that nothing is left here that
the source does not say any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "ADDRESS": "ADRESSE",
    "TOKEN": "JETON",
    "GardenError": "ErreurJardin",
    "Measure": "Mesure",
    "History": "Historique",
    "places": "lieux",
    "value": "valeur",
    "temperature": "temperature",
    "humidity": "humidite",
    "soil": "sol",
    "light": "lumiere",
    "pressure": "pression",
    "wind": "vent",
    "rain": "pluie",
    "history": "historique",
    "advice": "conseil",
    "diary": "journal",
    "day": "jour",
    "missing": "manque",
    "thirst": "soif",
    "given": "arrosage",
    "group": "groupe",
    "plant": "plante",
    "address": "adresse",
    "measure": "mesurer",
    "send": "envoyer",
    "when": "quand",
    "draw": "dessiner",
    "unit": "unite",
    "at": "heure",
    "doubt": "doute",
    "faults": "pannes",
    "place": "lieu",
    "what": "quoi",
    "old": "vieux",
    "days": "jours",
    "hours": "heures",
    "every": "chaque",
    "bed": "bac",
    "name": "nom",
    "below": "sous",
    "above": "sur",
    "do": "faire",
    "times": "fois",
    "during": "pendant",
    "series": "serie",
    "window": "fenetre",
}

COMMENTS: Final[Mapping[str, str]] = {
    "# What each function reads, the first that a place measures.": (
        "# Ce que lit chaque fonction : la première grandeur que le lieu mesure."
    ),
    "# What to try where the garden refuses something.": (
        "# Quoi essayer quand le jardin refuse quelque chose."
    ),
    "# none is longer": "# aucune n'est plus longue",
    "# the word on a group's page": "# le mot de la page d'un groupe",
    "# From here on: how it works.": "# À partir d'ici : comment cela marche.",
    "# A school's proxy knows nothing of the garden, which is next door.": (
        "# Le proxy d'une école ne connaît pas le jardin, qui est juste à côté."
    ),
    "# /entrer takes what a form sends": "# /entrer attend ce qu'envoie un formulaire",
    "# it needs a screen, which not every computer has": (
        "# il lui faut un écran, ce que tout ordinateur n'a pas"
    ),
    "# the window before was closed: this one is new": (
        "# la fenêtre d'avant a été fermée : celle-ci est neuve"
    ),
    "# each system says it in its own way": "# chaque système le dit à sa façon",
}

TEXTS: Final[Mapping[str, str]] = {
    "en": "fr",
    # --- what help(garden) shows ---
    """The garden in three lines of Python. Nothing to install.

    import garden
    print(garden.temperature("serre"))
    garden.draw("serre", what="temperature")

garden.places() tells what can be read. help(garden) tells the rest. Ctrl-C stops.
""": """Le jardin en trois lignes de Python. Rien à installer.

    import jardin
    print(jardin.temperature("serre"))
    jardin.dessiner("serre", quoi="temperature")

jardin.lieux() dit ce qui peut se lire. help(jardin) dit le reste. Ctrl-C arrête.
""",
    "Something did not work. The text says what, and what to try.": (
        "Quelque chose n'a pas marché. Le texte dit quoi, et quoi essayer."
    ),
    "A number with its unit (.unit), its moment (.at), its age in seconds (.age), its .place.": (
        "Un nombre avec son unité (.unite), son .heure, son âge en secondes (.age), son .lieu."
    ),
    "A list of measures, oldest first. faults: how often the sensor gave nothing.": (
        "Une liste de mesures, la plus ancienne d'abord. pannes : combien de fois le capteur n'a "
        "rien donné."
    ),
    "Show all that can be read, with its present value.": (
        "Montrer tout ce qui peut se lire, avec sa valeur du moment."
    ),
    """The present value at a place: a bed, a node or a channel.

    what: which one, where there are several ("temperature"). old=True: also an old value.
    """: """La valeur du moment dans un lieu : un bac, un nœud ou une voie.

    quoi : laquelle, s'il y en a plusieurs ("temperature"). vieux=True : aussi une vieille valeur.
    """,
    "The temperature at a place, in °C.": "La température dans un lieu, en °C.",
    "The humidity of the air at a place, in %.": "L'humidité de l'air dans un lieu, en %.",
    "The water in the soil of a bed, in %.": "L'eau dans la terre d'un bac, en %.",
    "The light at a place.": "La lumière dans un lieu.",
    "The pressure of the air at a place, in hPa.": "La pression de l'air dans un lieu, en hPa.",
    "The speed of the wind at a place, in m/s.": "La vitesse du vent dans un lieu, en m/s.",
    "The rain of the last days at a place, in mm.": (
        "La pluie des derniers jours dans un lieu, en mm."
    ),
    """The measures of the last days or hours, oldest first.

    every: "10m", "1h", "1d": means instead of each measure.
    """: """Les mesures des derniers jours ou des dernières heures, la plus ancienne d'abord.

    chaque : "10m", "1h", "1d" : des moyennes au lieu de chaque mesure.
    """,
    'Water today? A dictionary with "verdict", "litres", "cans", "mm", "reasons" and more.': (
        'Arroser aujourd\'hui ? Un dictionnaire avec "verdict", "litres", "cans" (arrosoirs), '
        '"mm", "reasons" (raisons) et d\'autres.'
    ),
    "The bed's finished days in mm of water: day, missing in the morning, thirst, rain, given.": (
        "Les jours finis d'un bac, en mm d'eau : jour, manque du matin, soif, pluie, arrosage."
    ),
    """Say who you are before garden.measure: with the code on the screen, or the group's token.

    plant: which one you are; without it, one that is free. The file "garden-group.txt" keeps it.
    """: """Dire quel groupe écrit, avant jardin.mesurer : le code du grand écran, ou son jeton.

    plante : laquelle vous êtes ; sinon, une qui est libre. "jardin-groupe.txt" la retient.
    """,
    'Send a measure of your own: garden.measure("my-plant", 21.5).': (
        'Envoyer sa propre mesure : jardin.mesurer("ma-plante", 21.5).'
    ),
    """Wait until a value is below or above a limit, then do something. Ctrl-C stops.

    do: a function, without brackets. times: how often (None: always); it counts again once the
    value has come back. during: seconds at most. every: seconds between two looks, 5 at least.
    """: """Attendre qu'une valeur passe sous ou sur une limite, puis faire quelque chose.

    faire : une fonction, sans parenthèses. fois : combien de fois (None : toujours) ; cela compte
    à nouveau quand la valeur est revenue. pendant : secondes au plus. chaque : secondes entre deux
    regards, 5 au moins. Ctrl-C arrête.
    """,
    """Draw a curve from a place or from a list of numbers.

    window=True: also in a window, with the turtle.
    """: """Dessiner une courbe, d'un lieu ou d'une liste de nombres.

    fenetre=True : aussi dans une fenêtre, avec la tortue.
    """,
    # --- how it works ---
    "The garden's answer; where it asks to wait, it is asked again.": (
        "La réponse du jardin ; s'il demande d'attendre, on attend et on redemande."
    ),
    "The garden's address without the page, where it was copied from the browser.": (
        "L'adresse du jardin sans la page, si elle est recopiée du navigateur."
    ),
    "What shows the garden who asks: a token, or the session that a code has opened.": (
        "Ce qui dit au jardin qui demande : un jeton, ou la session qu'un code a ouverte."
    ),
    "The last value of all, however old, with a warning.": (
        "La toute dernière valeur, même vieille, avec un avertissement."
    ),
    'A name without accents, capitals and spaces: "Bac 1" is "bac-1".': (
        'Un nom sans accents, majuscules ni espaces : "Bac 1" est "bac-1".'
    ),
    "The one channel that a place and a quantity mean.": (
        "La seule voie que veulent dire un lieu et une grandeur."
    ),
    "All channels of the garden, and those of the group that writes here.": (
        "Toutes les voies du jardin, et celles du groupe qui écrit ici."
    ),
    "The channels of a group, which are kept apart; None where there is no such group.": (
        "Les voies d'un groupe, qui sont gardées à part ; None si ce groupe n'existe pas."
    ),
    "The channels by every name that a pupil may give them.": (
        "Les voies, par tous les noms qu'on peut leur donner."
    ),
    "A number, also from a text with a comma.": "Un nombre, même écrit avec une virgule.",
    "What is done; it is given the value if it takes one.": (
        "Ce qui est fait ; la valeur lui est donnée si elle en prend une."
    ),
    "The curve in characters: a star wherever there is a measure, so that a gap shows.": (
        "La courbe en caractères : une étoile là où il y a une mesure, pour qu'un trou se voie."
    ),
    "Where each measure is from left to right, from 0 to 1.": (
        "Où se trouve chaque mesure de gauche à droite, de 0 à 1."
    ),
    "The token of the group that this code has opened, or opens now; else the code itself.": (
        "Le jeton du groupe que ce code a ouvert, ou ouvre maintenant ; sinon le code lui-même."
    ),
    "The token that this code gave before: a program that runs twice is one group.": (
        "Le jeton que ce code a donné avant : un programme lancé deux fois est un seul groupe."
    ),
    "A file in the folder of this one.": "Un fichier dans le dossier de celui-ci.",
    # --- what a pupil reads ---
    "garden-group.txt": "jardin-groupe.txt",
    "Keep this line for the next time: {}": "Gardez cette ligne pour la prochaine fois : {}",
    'garden.group("': 'jardin.groupe("',
    "\n  Try: {}": "\n  Essayez : {}",
    "it is out of the soil": "il est hors de terre",
    "it does not answer": "il ne répond pas",
    "its message came damaged": "son message est arrivé abîmé",
    "it is not connected": "il n'est pas branché",
    "a wire is loose": "un fil est débranché",
    "it does not move any more": "elle ne bouge plus",
    "nobody knows: check with your finger": "on ne sait pas : vérifiez du doigt",
    "no: frost is coming": "non : il va geler",
    "no: the soil is soaked": "non : la terre est gorgée d'eau",
    "yes, a little: seeds are sprouting": "oui, un peu : des graines germent",
    "no, not today": "non, pas aujourd'hui",
    "not today, but soon": "pas aujourd'hui, mais bientôt",
    "no: rain is coming": "non : la pluie arrive",
    "yes, today": "oui, aujourd'hui",
    "it is thirsty, but watering is forbidden now": (
        "il a soif, mais arroser est interdit en ce moment"
    ),
    "{}: {}": "{} : {}",
    "{}/{}: {}": "{}/{} : {}",
    "no value": "pas de valeur",
    "{} (old: {})": "{} (vieux : {})",
    "'{}' has not measured anything yet.": "« {} » n'a encore rien mesuré.",
    "Careful, '{}' is in doubt: {}.": "Attention, la valeur de « {} » est à vérifier : {}.",
    "How many days? More than 0, and {} at most.": "Combien de jours ? Plus de 0, et {} au plus.",
    "days=7": "jours=7",
    "hours=12": "heures=12",
    "times=3": "fois=3",
    "every=10": "chaque=10",
    "during=60": "pendant=60",
    "It draws a place between quotes, or a list of numbers.": (
        "On dessine un lieu entre guillemets, ou une liste de nombres."
    ),
    "garden.draw([3, 1, 2])": "jardin.dessiner([3, 1, 2])",
    "garden.draw([3, 1.5, 2])": "jardin.dessiner([3, 1.5, 2])",
    "Careful: nobody measured the rain of {}. It counts as 0.": (
        "Attention : personne n'a mesuré la pluie du {}. Elle compte pour 0."
    ),
    "The garden has not finished a day of advice for '{}' yet.": (
        "Le jardin n'a encore fini aucun jour de conseil pour « {} »."
    ),
    "come back tomorrow, or more days": "revenir demain, ou demander plus de jours",
    "There is no code between the quotes.": "Il n'y a pas de code entre les guillemets.",
    "You write in '{}'.": "Vous écrivez dans « {} ».",
    "The garden does not know your group yet.": "Le jardin ne connaît pas encore votre groupe.",
    'garden.group("the code on the board"), before garden.measure': (
        'jardin.groupe("le code du tableau"), avant jardin.mesurer'
    ),
    'garden.measure("{}", 21.5)': 'jardin.mesurer("{}", 21.5)',
    "Waiting: {}": "J'attends : {}",
    "Time is over.": "Le temps est écoulé.",
    "Stopped. See you soon in the garden!": "Arrêté. À bientôt au jardin !",
    "There is nothing to draw: the list is empty.": "Il n'y a rien à dessiner : la liste est vide.",
    "garden.{} does not exist. Did you mean garden.{}?": (
        "jardin.{} n'existe pas. Vouliez-vous dire jardin.{} ?"
    ),
    "garden.{} does not exist. There is: {}": "jardin.{} n'existe pas. Il y a : {}",
    "Too fast for the garden: waiting {} s, then on we go.": (
        "Trop vite pour le jardin : on attend {} s, puis on continue."
    ),
    "The address '{}' is not one.": "L'adresse « {} » n'en est pas une.",
    'garden.ADDRESS = "http://jardin.local:8000"': 'jardin.ADRESSE = "http://jardin.local:8000"',
    "Too many wrong codes: the garden's door is closed for a minute.": (
        "Trop de codes faux : la porte du jardin est fermée pour une minute."
    ),
    "wait a minute, then check each letter of the code": (
        "attendre une minute, puis vérifier chaque lettre du code"
    ),
    "The code '{}' does not open the garden.": "Le code « {} » n'ouvre pas le jardin.",
    "check each letter, or ask for a new code: a code ends with the workshop": (
        "vérifier chaque lettre, ou demander un autre code : il finit avec l'atelier"
    ),
    'garden.group("the code on the board")': 'jardin.groupe("le code du tableau")',
    "This token opens nothing: it is miscopied, or its workshop is over.": (
        "Ce jeton n'ouvre rien : il est mal copié, ou son atelier est fini."
    ),
    "copy the three lines of your group's page again": (
        "recopier les trois lignes de la page de votre groupe"
    ),
    'garden.group("the code on the board", plant="tomato")': (
        'jardin.groupe("le code du tableau", plante="tomate")'
    ),
    'every="1h"': 'chaque="1h"',
    "The garden does not answer at {}.": "Le jardin ne répond pas à l'adresse {}.",
    "is the computer on the garden's Wi-Fi? Open this address in a browser": (
        "l'ordinateur est-il sur le Wi-Fi du jardin ? Ouvrir cette adresse dans un navigateur"
    ),
    "What answers at {} is not the garden.": "Ce qui répond à l'adresse {} n'est pas le jardin.",
    "the address that the garden's page shows in the browser: garden.ADDRESS = ...": (
        "l'adresse que montre le navigateur sur la page du jardin : jardin.ADRESSE = ..."
    ),
    "The sensor of '{}' gave no value ({}).": "Le capteur de « {} » n'a pas donné de valeur ({}).",
    "The last value of '{}' is old ({}): it says nothing about now.": (
        "La dernière valeur de « {} » est vieille ({}) : elle ne dit rien de maintenant."
    ),
    "look at the sensor, or add old=True to see the last value all the same": (
        "regarder le capteur, ou ajouter vieux=True pour voir quand même la dernière valeur"
    ),
    "'{}' gave no value for 30 days.": "« {} » n'a donné aucune valeur depuis 30 jours.",
    "Careful, an old value of '{}': {}.": "Attention, vieille valeur de « {} » : {}.",
    "{} d ago": "il y a {} j",
    "{} h ago": "il y a {} h",
    "{} min ago": "il y a {} min",
    "{} s ago": "il y a {} s",
    "A place is a text between quotes.": "Un lieu est un texte entre guillemets.",
    'garden.value("serre")': 'jardin.valeur("serre")',
    "garden.places()": "jardin.lieux()",
    "Nothing is measured at '{}'.": "Rien n'est mesuré à « {} ».",
    "There are several measures at '{}'.": "Il y a plusieurs mesures à « {} ».",
    "one of ": "une de celles-ci : ",
    "There is no '{}' in the garden. Did you mean '{}'?": (
        "Il n'y a pas de « {} » au jardin. Vouliez-vous dire « {} » ?"
    ),
    "There is no '{}' in the garden.": "Il n'y a pas de « {} » au jardin.",
    "'{}' is not measured at '{}'.": "La grandeur « {} » n'est pas mesurée à « {} ».",
    "'{}' is not measured at '{}'. Did you mean '{}'?": (
        "La grandeur « {} » n'est pas mesurée à « {} ». Vouliez-vous dire « {} » ?"
    ),
    "The group '{}' has not sent anything yet.": "Le groupe « {} » n'a encore rien envoyé.",
    'garden.measure("my-plant", 21.5)': 'jardin.mesurer("ma-plante", 21.5)',
    "'{}' is not a number.": "« {} » n'est pas un nombre.",
    "'{}' is not a number that can be measured.": "« {} » n'est pas un nombre qui se mesure.",
    "'{}' cannot be a name: letters, digits and hyphens, 32 at most.": (
        "« {} » ne peut pas servir de nom : lettres, chiffres et tirets, 32 au plus."
    ),
    '"my-plant"': '"ma-plante"',
    "When? It takes a limit: below or above.": "Quand ? Il faut une limite : sous ou sur.",
    'garden.when("serre", below=5, do=print)': 'jardin.quand("serre", sous=5, faire=print)',
    "do= takes the name of a function, without brackets.": (
        "faire= attend le nom d'une fonction, sans parenthèses."
    ),
    "do=bell, and not do=bell()": "faire=sonner, et non faire=sonner()",
    "Close the window to go on.": "Fermez la fenêtre pour continuer.",
    "There is no screen for the turtle here: the curve stays in the text.": (
        "Il n'y a pas d'écran pour la tortue ici : la courbe reste dans le texte."
    ),
}
