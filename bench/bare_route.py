"""``python -m bench.bare_route PORT``: the least that answers a request over HTTP.

FastAPI and uvicorn, as the gateway has them, with one route that gives a number.
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI

from gateway.broker import HOST

app = FastAPI()


@app.get("/number")
def number() -> dict[str, float]:
    """Always the same."""
    return {"value": 21.4}


if __name__ == "__main__":
    uvicorn.run(app, host=HOST, port=int(sys.argv[1]), log_level="warning", access_log=False)
