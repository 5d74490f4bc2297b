"""What the garden changes in the files that Raspberry Pi OS has itself: pure, and always the same
again, so that a card can be made twice.
"""

from __future__ import annotations

import re
from typing import Final

BEGIN: Final = "# >>> jardin-gateway card"
END: Final = "# <<< jardin-gateway card"
FIRST_RUN: Final = "/boot/firmware/jardin/firstrun.sh"
_OURS: Final = re.compile(
    rf"systemd\.run={re.escape(FIRST_RUN)}|systemd\.run_success_action=reboot"
    r"|systemd\.unit=kernel-command-line\.target|cfg80211\.ieee80211_regdom=\S*"
)
_MADE_BY_US: Final = "jardin-gateway card"
_ASKED: Final = re.compile(
    r"^(hostname|users?|chpasswd|runcmd|bootcmd|packages|write_files|rpi\w*|enable_ssh):", re.M
)


def with_section(config: str, section: str) -> str:
    """config.txt with ``section`` at its end, in place of an older one."""
    kept = without_section(config)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    return f"{kept}{BEGIN}\n{section.rstrip()}\n{END}\n"


def without_section(config: str) -> str:
    """config.txt as it was before; its line ends become those of Linux."""
    kept: list[str] = []
    inside = False
    for line in config.splitlines():
        inside = inside or line.startswith(BEGIN)
        if not inside:
            kept.append(f"{line}\n")
        elif line.startswith(END):
            inside = False
    return "".join(kept)


def command_line(cmdline: str, system: str, country: str) -> str:
    """cmdline.txt, one line: the country of the Wi-Fi, and on bookworm the first start's script."""
    kept = [word for word in cmdline.split() if not _OURS.fullmatch(word)]
    kept.append(f"cfg80211.ieee80211_regdom={country}")
    if system == "bookworm":
        # As Raspberry Pi Imager does it: run once, then start again.
        kept += [
            f"systemd.run={FIRST_RUN}",
            "systemd.run_success_action=reboot",
            "systemd.unit=kernel-command-line.target",
        ]
    return " ".join(kept) + "\n"


def is_customised(cmdline: str, user_data: str) -> bool:
    """Whether somebody else has a first start on this card already."""
    runs = [word for word in cmdline.split() if word.startswith("systemd.run=")]
    if any(not _OURS.fullmatch(word) for word in runs):
        return True
    return _MADE_BY_US not in user_data and bool(_ASKED.search(user_data))
