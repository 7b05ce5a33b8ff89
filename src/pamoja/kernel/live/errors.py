"""The ways this package says no to a browser; all end up in a frame or a closing code."""

from pamoja.foundation.errors import Refusal


class FrameMalformed(Refusal):
    """We could not read this frame. Send {{"follow": ["circle:…"]}}, or leave, typing or read."""

    code = "live.frame_malformed"
    kind = "invalid"


class FrameTooLong(Refusal):
    """This frame is longer than {bytes_max} bytes."""

    code = "live.frame_too_long"
    kind = "limit"


class TooManyTopics(Refusal):
    """One socket follows at most {topics_max} topics."""

    code = "live.too_many_topics"
    kind = "limit"


class TooFast(Refusal):
    """That were too many frames at once. Wait a little."""

    code = "live.too_fast"
    kind = "limit"


class TooManySockets(Refusal):
    """You have {sockets_max} pages open that follow live. Close one and reload."""

    code = "live.too_many_sockets"
    kind = "limit"


class NotSignedIn(Refusal):
    """Please sign in first."""

    code = "live.not_signed_in"
    kind = "unauthenticated"


class OtherSite(Refusal):
    """Live updates are for our own pages alone."""

    code = "live.other_site"
    kind = "forbidden"
