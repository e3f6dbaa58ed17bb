"""What this room tells the rooms above it, which connect to these signals.

Receivers are called as `receiver(sender, **named)`, in the transaction of what happened, and do not commit.
"""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: An address is written to no more. Named: `recipient` ("member:17"), `kind`, `reason`: "hard" for good, or "soft" when
#: messages came back for now too often.
address_bounced = _signals.signal("address-bounced")

#: A person said no to a kind of message with the link in it. Named: `recipient` ("member:17"), `purpose`. A listener
#: returns whether it changed anything.
purpose_refused = _signals.signal("purpose-refused")
