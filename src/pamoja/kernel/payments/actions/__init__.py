"""Writing payments: asking for money, settling what came, paying out, noting webhooks, reviewing."""
