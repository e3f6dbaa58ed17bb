"""Pages that are the same for everybody, rendered once and kept with holes for what is a person's own.

A page of questions that nobody has answered yet differs from one person to the next in two places only: the token
against forged forms and the code to go on later. Rendering it costs more than all the rest of the request.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from flask import request, session
from flask_wtf.csrf import generate_csrf

from i18n import negotiation

#: What stands in a kept page where a person's own goes: control characters that no template and no wording holds.
CSRF_HOLE, CODE_HOLE = "\x02csrf\x03", "\x02code\x03"
#: A layout may show anything else that is in the session, such as who is signed in: then nothing is kept or taken.
_HARMLESS = {"answering", "answered", "csrf_token"}
_MOST = 512

_kept: OrderedDict[Hashable, tuple[str, ...]] = OrderedDict()
_lock = threading.Lock()


def shared(key: Hashable, code: str, render: Callable[[str, str], str]) -> str:
    """Return the page of `key`, which must name all it depends on but the language, the address and what fills holes.

    `render(csrf_token, code)` makes it. Neither of the two holds a character that HTML would have to escape.
    """
    if request.args or not set(session) <= _HARMLESS:
        return render(generate_csrf(), code)
    whole_key = (negotiation.current().tag, request.path if request.method == "GET" else "", key)
    parts = _kept.get(whole_key)
    if parts is None:
        parts = _split(render(CSRF_HOLE, CODE_HOLE))
        with _lock:
            _kept[whole_key] = parts
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    own = {CSRF_HOLE: generate_csrf(), CODE_HOLE: code}
    return "".join(own.get(part, part) for part in parts)


def _split(html: str) -> tuple[str, ...]:
    parts: list[str] = []
    for index, piece in enumerate(html.split(CSRF_HOLE)):
        if index:
            parts.append(CSRF_HOLE)
        for place, inner in enumerate(piece.split(CODE_HOLE)):
            if place:
                parts.append(CODE_HOLE)
            parts.append(inner)
    return tuple(parts)


def forget() -> None:
    """Empty the store: for tests, where ids come again."""
    with _lock:
        _kept.clear()
