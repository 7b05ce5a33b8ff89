"""The front door: a few quick paths are answered here, everything else by Django in threads."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from weakref import WeakKeyDictionary

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.utils.module_loading import import_string
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

# Sets Django up: everything of ours below may import models.
from pamoja.site.wsgi import application as django_application  # isort: skip

from pamoja.foundation.errors import Refusal
from pamoja.site import clock_follower, errors, wiring
from pamoja.site.config import load
from pamoja.site.health import health, ready
from pamoja.site.metrics import metrics
from pamoja.site.observing import Observed
from pamoja.site.processes import keep_what_is_loaded
from pamoja.site.static_files import PackagesStatic

# Measured: more threads only fight for the interpreter's lock.
DJANGO_THREADS = 4
HOT_CONNECTIONS_MAX = 10
CHECKED_FOR_S = 1.0


_checked_at: WeakKeyDictionary[AsyncConnection, float] = WeakKeyDictionary()


async def _checked(connection: AsyncConnection) -> None:
    """Ask a connection whether it is still alive, unless it was a moment ago: under load that is one question in two.

    Raises: psycopg's OperationalError when it is not.
    """
    if time.monotonic() - _checked_at.get(connection, -CHECKED_FOR_S) >= CHECKED_FOR_S:
        await AsyncConnectionPool.check_connection(connection)
        _checked_at[connection] = time.monotonic()


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Opens what hot paths share: `request.app.state.pool`, psycopg's, as the role that may only use."""
    config = load()
    async with AsyncExitStack() as stack:
        pool = AsyncConnectionPool(
            config.runtime_url,
            min_size=1,
            max_size=HOT_CONNECTIONS_MAX,
            timeout=5,
            open=False,
            name="hotpath",
            check=_checked,
        )
        stack.callback(clock_follower.follow(config.clock_url))
        await pool.open()
        stack.push_async_callback(pool.close)
        app.state.pool = pool
        for name in wiring.LIFESPANS:
            await stack.enter_async_context(import_string(name)(app))
        import_module(settings.ROOT_URLCONF)  # or the first visitor waits for all pages to load
        keep_what_is_loaded()
        yield


async def _refused(request: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)
    document = errors.problem_of(refusal)
    return JSONResponse(document, document["status"], media_type="application/problem+json")


async def _broken(request: Request, error: Exception) -> JSONResponse:
    document = errors.problem(500, code="internal_error", detail="Something broke on our side.")
    return JSONResponse(document, 500, media_type="application/problem+json")


class ShortWay:
    """Webhooks go past what only pages need, such as packing and a search through all routes.

    It costs as much as keeping them. What is no webhook after all takes the long way, and is refused there.
    """

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self._by_sender: dict[str, list[Route]] = defaultdict(list)
        for route in routes:
            if isinstance(route, Route) and route.path.startswith("/hooks/"):
                self._by_sender[_sender(route.path)].append(route)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_hook = scope["type"] == "http" and scope["path"].startswith("/hooks/")
        app = self._found(scope) if is_hook else None
        if app is None:
            await self.app(scope, receive, send)
            return
        try:
            await app(scope, receive, send)
        except Refusal as refusal:
            await (await _refused(Request(scope), refusal))(scope, receive, send)

    def _found(self, scope: Scope) -> ASGIApp | None:
        for route in self._by_sender.get(_sender(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found, route=route)
                return route.app
        return None


def _sender(path: str) -> str:
    """`stripe` of `/hooks/stripe/…`."""
    return path.split("/", 3)[2]


_hot_routes = [route for hotpath in wiring.HOTPATHS for route in import_string(hotpath)]
application = Starlette(
    routes=[
        *_hot_routes,
        Route("/health", health),
        Route("/ready", ready),
        Route("/metrics", metrics),
        Mount("/static", app=PackagesStatic()),
        Mount("/", app=WSGIMiddleware(django_application, workers=DJANGO_THREADS)),  # type: ignore[arg-type]  # a2wsgi types its own ASGI
    ],
    middleware=[
        Middleware(Observed),
        Middleware(ShortWay, routes=_hot_routes),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
    ],
    exception_handlers={Refusal: _refused, Exception: _broken},
    lifespan=lifespan,
)
