"""The pages that people look at, rendered on the server and readable without JavaScript."""

from gateway.pages.addresses import router

__all__ = ["router"]
