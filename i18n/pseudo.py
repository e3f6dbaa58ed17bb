"""A made-up language that shows what is not translated: longer, accented, bracketed and marked for both directions.

It is made from the extracted texts, not from whatever passes through gettext, so a text that the extraction cannot
see stays plain and is found by the test that walks the pages.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages import mofile
from babel.messages.catalog import Catalog

from i18n import catalogues
from i18n.languages import Language

#: Babel formats only in locales it knows, and knows no en_XA: this is a real one that nobody here asks for.
LANGUAGE = Language("en-XA", "en_MH", "Ƥșéûðö", "Pseudo-language")

#: Around every translated text. The inner pair is Unicode's isolate, which right-to-left scripts put around names.
OPENING, CLOSING = "\u2068⟦", "⟧\u2069"
_ACCENTED = str.maketrans("AEIOUYaeiouycnszACNSZ", "ÅÉÎÖÛÝåéîöûýçñšžÅÇÑŠŽ")
#: What must come through as it is: placeholders, per cent signs, tags and entities.
_KEPT = re.compile(r"(%\(\w+\)[a-z]|%%|%[sd]|<[^>]+>|&\w+;)")


def disguise(text: str) -> str:
    """Return `text` as the made-up language says it: about a third longer, as German or Polish is."""
    parts = [part if _KEPT.fullmatch(part) else part.translate(_ACCENTED) for part in _KEPT.split(text)]
    padding = "·" * (len(_KEPT.sub("", text)) // 3)
    return f"{OPENING}{''.join(parts)}{padding}{CLOSING}"


def write(folder: Path) -> Path:
    """Write the compiled catalogue below `folder` and return its path."""
    catalog = Catalog(locale=LANGUAGE.locale, fuzzy=False)
    for message in catalogues.extract():
        if not message.id:
            continue
        shown = disguise(message.id) if isinstance(message.id, str) else tuple(map(disguise, message.id))
        catalog.add(message.id, shown, context=message.context)
    path = folder / LANGUAGE.locale / "LC_MESSAGES" / f"{catalogues.DOMAIN}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        mofile.write_mo(file, catalog)
    return path
