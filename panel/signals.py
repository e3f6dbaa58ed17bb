"""What this room tells the rooms above it. Receivers work in the transaction of what happened and do not commit."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: A person left or was removed and their details are gone. Named: `member_id`. Rooms above erase what hangs on the
#: person and need not be kept, such as answers not yet sent.
member_erased = _signals.signal("member-erased")
