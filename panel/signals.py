"""What this room tells the rooms above it. Receivers work in the transaction of what happened and do not commit."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

#: A person left or was removed and their details are gone. Named: `member_id`. Rooms above erase what hangs on the
#: person and need not be kept, such as answers not yet sent.
member_erased = _signals.signal("member-erased")

#: A person is about to leave or be removed and their details are still there. Named: `member_id`. Rooms above keep what
#: they are bound to keep, such as where to send money that is owed.
member_leaving = _signals.signal("member-leaving")
