"""What ``jardin-gateway card`` says before it writes, and after."""

from __future__ import annotations

from gateway.card.answers import Answers
from gateway.card.kit_folder import Facts, KitFolder
from gateway.card.plan import Plan
from gateway.card.sheet import FILE as SHEET
from sensor_node.console import pick


def shown(plan: Plan) -> str:
    """What will be written: each file with its size, and what changes in the system's own."""
    sizes = sorted(plan.sizes().items())
    lines = [f"{size:>12,} {name}".replace(",", " ") for name, size in sizes]
    system = plan.partition.system
    return "\n".join(
        [
            pick(
                f"Sur la carte dans {plan.partition.path} (Raspberry Pi OS 64 bits, {system}) :",
                f"On the card in {plan.partition.path} (Raspberry Pi OS 64-bit, {system}):",
            ),
            *lines,
            "",
            plan.changes().rstrip() or pick("config.txt : inchangé", "config.txt: unchanged"),
            "",
        ]
    )


def done(answers: Answers, facts: Facts, kit: KitFolder) -> str:
    """What a person does next with the card."""
    lines = [
        pick(
            "La carte est prête. Éjectez-la, mettez-la dans le Pi, branchez-le : le premier "
            "démarrage prend quelques minutes, et le Pi redémarre de lui-même.",
            "The card is ready. Eject it, put it into the Pi, plug it in: the first start takes "
            "some minutes, and the Pi restarts by itself.",
        ),
        pick(
            f"Wi-Fi du kit : {facts.hotspot}, mot de passe : {facts.password}",
            f"The kit's Wi-Fi: {facts.hotspot}, password: {facts.password}",
        ),
        *(
            [
                pick(
                    f"La feuille du kit, à imprimer : {kit.path / SHEET}",
                    f"The kit's sheet, to be printed: {kit.path / SHEET}",
                )
            ]
            if answers.has_gateway
            else []
        ),
        pick(
            f"Gardez le dossier {kit.path} dans un endroit fermé : il a toutes les clés du kit.",
            f"Keep the folder {kit.path} locked away: it has all the keys of the kit.",
        ),
    ]
    if answers.role == "node" and facts.carried and answers.node not in facts.carried.split():
        lines.append(
            pick(
                f"La carte de la passerelle a été faite avant que {answers.node} soit du kit : "
                "refaites-la, ou invitez-le sur la passerelle.",
                f"The gateway's card was made before {answers.node} was of the kit: make it "
                "again, or invite it on the gateway.",
            )
        )
    return "\n".join(lines)
