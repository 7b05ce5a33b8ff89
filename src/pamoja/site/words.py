"""Words and pictures for what machines write: facts of a feed, browsers."""

from __future__ import annotations

# In the order to look, by a part of the fact's name.
FEED_ICONS = (
    ("late_fee", "clock"),
    ("overdue", "clock"),
    ("arrears", "coins"),
    ("paid_out", "receive"),
    ("payout", "send"),
    ("contribution", "coins"),
    ("collection", "phone"),
    ("swap", "swap"),
    ("drawn", "dice"),
    ("draw", "dice"),
    ("paused", "pause"),
    ("resumed", "play"),
    ("completed", "check"),
    ("ended", "flag"),
    ("invitation", "mail"),
    ("settings", "settings"),
    ("rules", "book"),
    ("joined", "users"),
    ("member", "users"),
    ("circle", "savings"),
    ("round", "savings"),
    ("post", "chat"),
    ("announcement", "chat"),
    ("password", "lock"),
    ("signed", "key"),
    ("phone", "phone"),
    ("profile", "user"),
)
# In the order to look: most browsers also claim to be those further down.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)


def feed_icon(name: str) -> str:
    """The icon of a fact in a feed, by its name: `savings.contribution_paid` → `coins`.

    Example: `{% icon line.name|feed_icon %}`
    """
    return next((icon for sign, icon in FEED_ICONS if sign in name), "info")


def browser(user_agent: str) -> str:
    """A browser and its system, of what a browser says about itself: "Chrome on Android".

    Example: `{{ session.user_agent|browser }}`
    """
    name = next((name for sign, name in BROWSERS if sign in user_agent), "A browser")
    system = next((system for sign, system in SYSTEMS if sign in user_agent), "")
    return f"{name} on {system}" if system else name
