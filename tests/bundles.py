"""Small real bundles for this computer: real wheels, a real pip, a signature of their own key.

``mini_wheel`` is a version of the project that only says who it is and, as ``jardin-gateway``,
answers ``/healthz`` as it is told; what installs, switches and takes back versions cannot tell.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from gateway.bundle import signature, writing
from gateway.bundle.host import Host
from gateway.bundle.manifest import System

MADE = 1_800_000_000
SELF_CHECK = """
import sys
from sensor_node import __version__
sys.exit(__version__ != sys.argv[2])
"""


def wheel(
    folder: Path, name: str, version: str, files: Mapping[str, str], scripts: str = ""
) -> Path:
    """A wheel of pure Python with ``files``, and the entry points ``scripts``."""
    info = f"{name}-{version}.dist-info"
    tag = "Root-Is-Purelib: true\nTag: py3-none-any"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\n{tag}\n",
    }
    if scripts:
        files[f"{info}/entry_points.txt"] = f"[console_scripts]\n{scripts}\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            archive.writestr(each, text)
        archive.writestr(
            f"{info}/RECORD", "".join(f"{each},,\n" for each in [*files, f"{info}/RECORD"])
        )
    return path


def mini_wheel(folder: Path, version: str, *, check: str = SELF_CHECK, main: str = "") -> Path:
    """The version ``version`` of the project, as far as installing it goes."""
    return wheel(
        folder,
        "jardin_connecte",
        version,
        {
            "sensor_node/__init__.py": f"__version__ = {version!r}\n",
            "gateway/__init__.py": "",
            "gateway/cli.py": main or f"def main():\n    print({version!r})\n",
            "gateway/kit/__init__.py": "",
            "gateway/kit/self_check.py": check,
        },
        scripts="jardin-gateway = gateway.cli:main",
    )


def pip_wheel(folder: Path) -> Path:
    """The pip of this environment, packed again as the wheel that it came in."""
    name, content = _packed_pip()
    path = folder / name
    if not path.exists():
        path.write_bytes(content)
    return path


@cache
def _packed_pip() -> tuple[str, bytes]:
    pip = metadata.distribution("pip")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in pip.files or ():
            if file.suffix != ".pyc" and ".." not in file.parts:
                content = Path(str(file.locate())).read_bytes()
                archive.writestr(zipfile.ZipInfo(str(file), writing.EPOCH), content)
    return f"pip-{pip.version}-py3-none-any.whl", packed.getvalue()


def key(folder: Path) -> Path:
    """A signing key, with its public half beside it."""
    signature.make_key(folder / "bundle.key")
    return folder / "bundle.key"


def bundle(
    folder: Path,
    version: str,
    own: Path,
    *,
    made: int = MADE,
    host: Host | None = None,
    signed_with: Path | None = None,
) -> Path:
    """A bundle of the wheel ``own`` and this computer's pip, for ``host`` (this one)."""
    host = host or Host.here()
    pip = pip_wheel(folder)
    files = {f"wheels/{path.name}": path for path in (own, pip)}
    libraries = (f"wheels/{own.name}",)
    system = System(
        host.codename,
        host.machine,
        host.python,
        wheels={"gateway": libraries, "node": libraries},
        debs={"gateway": (), "node": ()},
    )
    manifest = writing.describe(version, made, f"wheels/{pip.name}", [system], files)
    path = folder / f"jardin-{version}.bundle"
    sign = signature.signer(signed_with or key(folder))
    writing.write(path, manifest, files, sign)
    return path
