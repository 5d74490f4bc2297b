"""How the built assets are served: for ever, since their names change with their content."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class ImmutableFiles(StaticFiles):
    """Serves each file for ever, compressed ahead of time where the browser takes it."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        accepts = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        compressed = accepts and Path(path).suffix in self.kinds
        response = await super().get_response(f"{path}.gz" if compressed else path, scope)
        if compressed:
            kind = self.kinds[Path(path).suffix]
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = f"{kind}; charset=utf-8"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    kinds: Final = {
        ".js": "text/javascript",
        ".css": "text/css",
        ".svg": "image/svg+xml",
        ".txt": "text/plain",
    }
