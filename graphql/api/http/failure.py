"""What breaks in any route or middleware: the log gets it, the client an id to ask about."""

import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.exchange import exchange_of
from api.http.refusal import refusal

LOG = logging.getLogger("clew.api")
INTERNAL = "Internal error"


class Failure:
    """Middleware that masks exceptions."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting_send)
        except ClientDisconnect:
            exchange_of(scope).gone = True
        except Exception as error:  # whatever it is, the client must learn nothing of it
            id_ = exchange_of(scope).id
            LOG.error("internal error %s", id_, exc_info=error)
            if not started:
                await refusal(500, "INTERNAL_ERROR", INTERNAL, id=id_)(scope, receive, send)
