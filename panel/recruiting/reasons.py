"""Why a row of a list was not taken in, by key, in words for staff."""

from __future__ import annotations

from core.errors import N_

REASONS: dict[str, str] = {
    "known": N_("We know this e-mail address already"),
    "twice": N_("The same e-mail address stands in an earlier row"),
    "longer": N_("The row has more cells than there are headings"),
    "formula": N_("The cell holds a formula, not a text"),
    "no_route": N_("There is no e-mail address, phone number or address to reach the person by"),
    "needs_email": N_("The person wants e-mail, but there is no e-mail address"),
    "needs_phone": N_("The person wants calls or texts, but there is no phone number"),
    "needs_address": N_("The person wants letters, but there is no address"),
    "email": N_("This is not a full e-mail address"),
    "phone": N_("This is not a full phone number"),
    "phone_zero": N_("The phone number has lost the 0 it begins with. Format the column as text"),
    "address": N_("The address is too short or too long"),
    "postcode": N_("This is not a full UK postcode"),
    "too_long": N_("The text is too long"),
    "date": N_("This is not a date in the order you said"),
    "future": N_("The day of consent lies in the future or more than ten years ago"),
    "no_date": N_("The day of consent is missing"),
    "too_young": N_("The person is too young to join"),
    "no_consent": N_("The list does not say that the person agreed to be on the panel"),
    "value": N_("This answer is none of those you told us what they mean"),
    "refused": N_("You said that rows with this answer are not taken in"),
}
