"""Sending a letter: into the mailbox folder, or into the lane of its address to an SMTP server."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from wandr.base import new_id
from wandr.config import current_settings
from wandr.deliveries.lanes import put_in_lane
from wandr.mail.letters import Letter, message_id_of, message_of
from wandr.mail.mailbox import write_message
from wandr.transaction import on_commit

CHANNEL: Final = "mail"


def send_letter(letter: Letter) -> None:
    """Send a letter when the surrounding `atomic` commits; RuntimeError when none is open.

    By SMTP it is sent until it arrives, letters to one address in their order, each try with one
    Message-ID. Raises one of `letters.UNWRITABLE` for an address that is none.
    """
    message = message_of(letter, message_id_of(new_id()))
    if current_settings().smtp_url:
        put_in_lane(CHANNEL, lane_of(letter.to), letter.as_json())
    else:
        on_commit(write_message, Path(current_settings().mailbox_dir), message)


def lane_of(address: str) -> str:
    """The lane of an address, which need not be read wherever lanes are named."""
    return f"{CHANNEL}:{hashlib.blake2b(address.encode(), digest_size=16).hexdigest()}"
