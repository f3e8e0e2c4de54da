"""Sending webhooks: signed (standardwebhooks.com, v1), and to nobody inside.

The address is looked up once, checked, and that very address connected to; redirects are not
followed. So what a name meant when it was entered, or means a moment later, opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from time import time
from typing import Any, Final
from uuid import UUID

import requests
from requests_hardened import Config, Manager

from wandr.config import VERSION, current_settings
from wandr.deliveries.lanes import Claim, Outcome
from wandr.deliveries.running import senders
from wandr.extensions import db
from wandr.http.deadline import leave_redirects, within
from wandr.transaction import atomic
from wandr.webhooks.models import Webhook
from wandr.webhooks.service import CHANNEL, may_send

TIMEOUTS: Final = (5.0, 10.0)  # seconds to connect, and between two bytes of an answer
LONGEST: Final = 20.0  # seconds for a try as a whole: less than the lease of a delivery
# It tells in a line of its own which names lead inside.
logging.getLogger("requests_hardened.ip_filter").disabled = True
GONE: Final = 410  # the receiver wants nothing more of this


def register() -> None:
    """Let the lanes of webhooks end at their addresses. What was sent stays, to be sent again."""
    senders[CHANNEL] = (send_webhook, False)


def send_webhook(claim: Claim) -> Outcome:
    """One try. Any answer of the 2xx kind is an arrival; 410 is a refusal for good."""
    with atomic():
        webhook_id = UUID(claim.lane.partition(":")[2])
        webhook = db.session.get(Webhook, webhook_id, with_for_update=True)
        if webhook is None:
            return Outcome(False, final=True, told="The webhook is no longer there.")
        if not may_send(webhook):
            return Outcome(False, told="The webhook is paused.")
        url, secret = webhook.url, webhook.secret
    body = json.dumps(claim.body, separators=(",", ":")).encode()
    session, headers = _session(), headers_of(claim.id, body, secret)
    try:
        status = within(LONGEST, lambda: _status_of(session, url, body, headers))
    except (TimeoutError, requests.ReadTimeout):
        return Outcome(False, told=f"It gave no answer within {LONGEST:.0f} seconds.")
    except requests.exceptions.SSLError:
        return Outcome(False, told="Its certificate does not hold.")
    except requests.RequestException:  # not told: whether a name of our own network exists
        return Outcome(False, told="No connection could be made.")
    except ValueError:
        return Outcome(False, final=True, told="The address cannot be read.")
    return Outcome(200 <= status < 300, final=status == GONE, told=str(status))


def _status_of(session: Any, url: str, body: bytes, headers: dict[str, str]) -> int:
    """What the receiver answers; nobody reads what else it says."""
    with session, session.post(url, data=body, headers=headers, stream=True) as answer:
        return int(answer.status_code)


def headers_of(delivery_id: UUID, body: bytes, secret: str) -> dict[str, str]:
    """The headers of a delivery, its signature among them."""
    at = str(int(time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{delivery_id}.{at}.".encode() + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": str(delivery_id),
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{signature}",
    }


def _session() -> Any:
    allows_private = current_settings().webhooks_to_private
    session = Manager(
        Config(
            ip_filter_enable=not allows_private,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=TIMEOUTS,
            user_agent_override=f"Wandr/{VERSION} (webhooks)",
        )
    ).get_session()
    session.trust_env = False  # no proxy of the environment stands between the check and the wire
    leave_redirects(session)
    return session
