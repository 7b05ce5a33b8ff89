"""Which packages make up this installation, and at which doors they answer."""

# In the order of the layers: who comes later may know who came before.
PACKAGES = [
    "pamoja.kernel.communities",
    "pamoja.kernel.audit",
    "pamoja.kernel.identity",
    "pamoja.kernel.live",
    "pamoja.kernel.ledger",
    "pamoja.kernel.messaging",
    "pamoja.kernel.payments",
    "pamoja.products.savings",
]

# Pages below the community's address: (path, module of urls).
PAGES: list[tuple[str, str]] = [
    ("", "pamoja.kernel.identity.urls"),
    ("", "pamoja.kernel.ledger.urls"),
    ("", "pamoja.kernel.messaging.urls"),
    ("", "pamoja.kernel.payments.urls"),
    ("savings/", "pamoja.products.savings.urls"),
]

# django-ninja routers below /api/v1: (path, "module.attribute").
API: list[tuple[str, str]] = [
    ("", "pamoja.kernel.identity.api.router"),
    ("/notifications", "pamoja.kernel.messaging.api.router"),
    ("/me/phone", "pamoja.kernel.messaging.api.phones"),
    # Before the addresses of single payments, which would take them for ids.
    ("/payments/methods", "pamoja.kernel.payments.api.methods.router"),
    ("/payments/desk", "pamoja.kernel.payments.api.desk.router"),
    ("/payments", "pamoja.kernel.payments.api.payments"),
    ("/wallet", "pamoja.kernel.payments.api.wallet"),
    ("/billing", "pamoja.kernel.payments.api.billing.router"),
    ("/savings", "pamoja.products.savings.api.router"),
]

# Starlette routes before Django: "module.attribute", each a list of routes.
HOTPATHS: list[str] = [
    "pamoja.kernel.live.hotpath.routes",
    "pamoja.kernel.messaging.hotpath.routes",
    "pamoja.kernel.payments.hotpath.routes",
]

# What runs beside the front door from start to stop: "module.attribute", each given the application.
LIFESPANS: list[str] = [
    "pamoja.kernel.live.hotpath.lifespan",
]

# Where each product's pages begin, for the menu; a community shows those that it has switched on.
NAVIGATION: list[tuple[str, str, str, str]] = [
    # (product, label, icon, url name)
    ("", "Home", "home", "home"),
    ("savings", "Savings", "savings", "savings:circles"),
    ("", "Wallet", "wallet", "payments:wallet"),
]

# What each product shows on a member's home: (product, function from a request to `foundation.home.HomeCard`s).
HOME_CARDS: list[tuple[str, str]] = [
    ("savings", "pamoja.products.savings.pages.home_cards.cards"),
    ("", "pamoja.kernel.payments.pages.home_cards"),
    ("", "pamoja.kernel.messaging.pages.home_cards"),
]

# What a signed-in person finds under their own name: (label, icon, url name).
OWN_NAVIGATION: list[tuple[str, str, str]] = [
    ("Notifications", "bell", "messaging:notifications"),
    ("Plans and invoices", "file", "payments:billing"),
    ("Your profile", "user", "identity:profile"),
    ("Phone and email", "phone", "identity:contact"),
    ("Getting paid", "wallet", "identity:money"),
    ("Privacy", "eye", "identity:privacy"),
    ("Security", "shield", "identity:security"),
]
