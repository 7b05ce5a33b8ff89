"""What people write, under load: how many signed messages a second are kept durably, and how soon each is answered.

`python -m bench.inbound` (`make bench-inbound`). wrk sends Twilio's webhooks, each signed and with an id of its own, to
the platform's front door; see `front_door` for what it is measured beside. `understood_per_s` is how many of them one
worker then understands and answers. The last line is JSON.
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
import time
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode

from bench.front_door import COMMUNITY, Inbox, is_met, measured

PROVEN_WITH = "token-of-the-bench"
PEOPLE = 500
UNDERSTOOD = 500
BY_HAND = f"""INSERT INTO messaging_heard
  (id, community_id, kind, external_id, sender, body, deliveries, received_at, step, note)
  VALUES (uuidv7(), '{COMMUNITY}', 'written', gen_random_uuid()::text, uuid_send(gen_random_uuid()),
   decode(repeat('ab', 500), 'hex'), 1, now(), 0, 'by hand');
"""


def main() -> None:
    """Measure, print, and end with 1 when a target is missed."""
    figures = measured(
        Inbox(
            name="inbound",
            database_port=54481,
            table="messaging_heard",
            by_hand=BY_HAND,
            path="/hooks/twilio/inbound/bench",
            signature_header="X-Twilio-Signature",
            content_type="application/x-www-form-urlencoded",
            signed=signed,
            settings=lambda root: {"PAMOJA_TWILIO_AUTH_TOKEN": PROVEN_WITH, "PAMOJA_TWILIO_CALLBACK_BASE_URL": root},
            afterwards=understood,
        ),
        __doc__,
    )
    sys.stdout.write(json.dumps(figures) + "\n")
    raise SystemExit(int(not is_met(figures)))


def signed(url: str, run: str, number: int) -> tuple[str, str]:
    """A message as WhatsApp's are."""
    sid = f"SM{run.encode().hex()[:4]}{number:028x}"
    fields = {
        **dict.fromkeys(("MessageSid", "SmsMessageSid", "SmsSid"), sid),
        "AccountSid": "AC" + "0" * 31 + "1",
        "ApiVersion": "2010-04-01",
        "Body": "Habari, when is my turn? 👋",
        "From": f"whatsapp:+2547{number % PEOPLE:08d}",
        "MessageType": "text",
        "NumMedia": "0",
        "NumSegments": "1",
        "ProfileName": "Amina Ńjeri",
        "ReferralNumMedia": "0",
        "SmsStatus": "received",
        "To": "whatsapp:+14155238886",
        "WaId": f"2547{number % PEOPLE:08d}",
    }
    said = url + "".join(name + fields[name] for name in sorted(fields))
    mac = base64.b64encode(hmac.new(PROVEN_WITH.encode(), said.encode(), sha1).digest()).decode()
    return mac, urlencode(fields)


def understood() -> dict[str, Any]:
    """How many messages a second one worker understands and answers, of those that wait."""
    from pamoja.foundation import clock
    from pamoja.kernel.communities.public import entered
    from pamoja.kernel.messaging import actions
    from pamoja.kernel.messaging.jobs import hear_out
    from pamoja.kernel.messaging.models import Heard

    done = 0
    with entered(COMMUNITY):
        Heard.objects.filter(note="by hand").update(done_at=clock.now())
        began = time.monotonic()
        while done < UNDERSTOOD and (taken := actions.take_up(limit=50)):
            for heard_id in taken:
                hear_out(heard_id)
            done += len(taken)
    return {"understood_per_s": round(done / (time.monotonic() - began), 1)}


if __name__ == "__main__":
    main()
