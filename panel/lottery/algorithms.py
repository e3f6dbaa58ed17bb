"""The names of the ways to choose and of the commands, apart from what they need: nothing is loaded to know them."""

from __future__ import annotations

#: leximin: the least likely person is as likely as can be, then the second, and so on. maximin: only the least likely.
#: nash: the product of all chances is largest. proportionate: chances as equal as the quotas allow, without regard for
#: the least likely. random: everybody alike, and none of the quotas.
ALGORITHMS = ("leximin", "maximin", "nash", "random", "proportionate")

#: Of `flask panel`: they read and write files, and need neither database nor settings.
COMMANDS = ("draw", "verify-draw", "publish-audit")
