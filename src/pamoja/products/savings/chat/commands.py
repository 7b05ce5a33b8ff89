"""What can be said to savings, in each language."""

from __future__ import annotations

from pamoja.kernel.messaging.public import Command

BALANCE = Command(
    intent="savings.balance",
    words={"en": ("balance", "my balance", "money"), "sw": ("salio", "salio langu", "pesa zangu")},
    title={"en": "Balance", "sw": "Salio"},
    says={"en": "what you have and what you owe", "sw": "ulicho nacho na unachodaiwa"},
)
PAY = Command(
    intent="savings.pay",
    words={"en": ("pay", "pay now", "i want to pay"), "sw": ("lipa", "lipa sasa", "nataka kulipa")},
    title={"en": "Pay", "sw": "Lipa"},
    says={"en": "what is due, by M-PESA or from your wallet", "sw": "unachodaiwa, kwa M-PESA au mkoba wako"},
)
NEXT = Command(
    intent="savings.next",
    words={"en": ("next", "when", "my turn"), "sw": ("lini", "zamu", "zamu yangu")},
    title={"en": "Next", "sw": "Zamu yangu"},
    says={"en": "what comes next, and when it is your turn", "sw": "kinachofuata na zamu yako"},
)
CIRCLE = Command(
    intent="savings.circle",
    words={"en": ("circle", "circles", "my circles"), "sw": ("kikundi", "vikundi", "chama", "kikundi changu")},
    title={"en": "My circles", "sw": "Vikundi"},
    says={"en": "how your circles stand", "sw": "hali ya vikundi vyako"},
)
HISTORY = Command(
    intent="savings.history",
    words={"en": ("history", "statement", "payments"), "sw": ("historia", "taarifa", "malipo")},
    title={"en": "History", "sw": "Historia"},
    says={"en": "what you paid and received", "sw": "ulicholipa na kupokea"},
)
JOIN = Command(
    intent="savings.join",
    words={"en": ("join",), "sw": ("jiunge", "jiunga")},
    title={"en": "Join a circle", "sw": "Jiunge"},
    says={"en": "a circle, with the code you were given", "sw": "na kikundi, kwa msimbo uliopewa"},
    takes_argument=True,
)
