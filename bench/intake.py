"""Webhooks under load: how many signed events a second one web process keeps durably, and how soon each is answered.

`python -m bench.intake` (`make bench-intake`). wrk sends Stripe's events, each signed and with an id of its own, to the
platform's front door; see `front_door` for what it is measured beside. The last line is JSON.
"""

from __future__ import annotations

import json
import sys
import time

from bench.front_door import COMMUNITY, Inbox, is_met, measured
from pamoja.kernel.payments.rules.signatures import sign

SIGNED_WITH = "whsec_of_the_bench"
BY_HAND = f"""INSERT INTO payments_inbox
  (id, community_id, rail, kind, subject_id, body, headers, source, is_trusted, fingerprint, deliveries, received_at,
   note, claimed_id, claimed_code, claimed_receipt)
  VALUES (uuidv7(), '{COMMUNITY}', 'stripe', 'event', gen_random_uuid(), decode(repeat('ab', 1600), 'hex'), '{{}}',
   '127.0.0.1', true, uuid_send(gen_random_uuid()), 1, now(), '', '', '', '');
"""


def main() -> None:
    """Measure, print, and end with 1 when a target is missed."""
    figures = measured(
        Inbox(
            name="intake",
            database_port=54480,
            table="payments_inbox",
            by_hand=BY_HAND,
            path=f"/hooks/stripe/{COMMUNITY.hex}",
            signature_header="Stripe-Signature",
            content_type="application/json",
            signed=signed,
            stage=stage,
        ),
        __doc__,
    )
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(int(not is_met(figures)))


def stage() -> None:
    """The community's events are signed with the bench's secret."""
    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.payments.models import Endpoint

    with entered(COMMUNITY):
        Endpoint.objects.create(rail="stripe", rail_id="we_bench", url="http://bench", secret=SIGNED_WITH)


def signed(url: str, run: str, number: int) -> tuple[str, str]:
    """An event as large as Stripe's are."""
    event_id = f"evt_{run}_{number}"
    told = {
        "id": event_id,
        "object": "event",
        "api_version": "2026-06-24.dahlia",
        "type": "payment_intent.succeeded",
        "data": {
            "object": {
                "id": f"pi_{event_id}",
                "object": "payment_intent",
                "amount": 5000,
                "currency": "gbp",
                "status": "succeeded",
                "metadata": {"attempt": "0" * 32},
                "description": "x" * 1000,
            }
        },
    }
    body = json.dumps(told)
    return sign(SIGNED_WITH, body.encode(), int(time.time())), body


if __name__ == "__main__":
    main()
