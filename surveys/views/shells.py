"""Pages that are the same for everybody, rendered once and kept with holes for what is a person's own.

A page of questions that nobody has answered yet differs from one person to the next in two places only: the token
against forged forms and the code to go on later. Rendering it costs more than all the rest of the request.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import request, session
from markupsafe import Markup, escape

from i18n import negotiation

#: What stands in a kept page where a person's own goes: between control characters that no template and no wording
#: holds, the name of what goes there.
_HOLE = re.compile("\x02([^\x03]*)\x03")
#: A layout may show anything else that is in the session, such as who is signed in: then nothing is kept or taken.
_HARMLESS = {"answering", "answered", "csrf_token"}
_MOST = 512

_kept: OrderedDict[Hashable, tuple[str, ...]] = OrderedDict()
_lock = threading.Lock()


def shared(key: Hashable, render: Callable[..., str], **own: str) -> str:
    """Return the page of `key`, which must name all it depends on but the language and what is a person's own.

    `render(**own)` makes it. It may put those values into text and attributes of the page, and do nothing else with
    them: what it is called with may be marks that stand for them.
    """
    if request.method != "GET" or request.args or not set(session) <= _HARMLESS:
        return render(**own)
    whole_key = (negotiation.current().tag, key)
    parts = _kept.get(whole_key)
    if parts is None:
        marks = {name: Markup(f"\x02{name}\x03") for name in own}  # noqa: S704  nothing of anybody's
        parts = tuple(_HOLE.split(render(**marks)))
        with _lock:
            _kept[whole_key] = parts
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    filled = list(parts)
    for place in range(1, len(filled), 2):
        filled[place] = str(escape(own[filled[place]]))
    return "".join(filled)


def forget() -> None:
    """Empty the store: for tests, where ids come again."""
    with _lock:
        _kept.clear()
