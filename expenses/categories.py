"""The kinds of cost and the roles that come with the program, in words; an administrator's own words go before."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import N_

#: What an organisation sends an invoice for.
INVOICE = "organisation_time"
#: Time is priced by role and length (InvolvementRate), not by a PolicyRate.
TIME = "time"


@dataclass(frozen=True)
class Category:
    """A kind of cost in words for the public."""

    key: str
    name: str
    note: str = ""


_CATEGORIES = (
    Category("public_transport", N_("Bus, train or tram"), N_("Standard class. Keep your ticket.")),
    Category("mileage_car", N_("Miles in your own car"), N_("We work out the money from the miles.")),
    Category("mileage_motorcycle", N_("Miles on your own motorcycle"), N_("We work out the money from the miles.")),
    Category("mileage_bicycle", N_("Miles on your own bicycle"), N_("We work out the money from the miles.")),
    Category("mileage_passenger", N_("Giving somebody a lift"), N_("For each mile you drove with them.")),
    Category("parking", N_("Parking and tolls"), N_("We do not pay fines.")),
    Category("taxi", N_("Taxi"), N_("If you cannot use a bus or train. Ask us first.")),
    Category("meal_day", N_("A meal in the day"), N_("If you are away from home at lunch time.")),
    Category("meal_evening", N_("A meal in the evening"), N_("If you are away from home in the evening.")),
    Category("overnight", N_("Staying overnight"), N_("If you live too far away to travel on the day. Ask us first.")),
    Category("childcare", N_("Looking after your child"), N_("So that you can take part.")),
    Category("care_adult", N_("Looking after an adult"), N_("If you care for somebody and need cover.")),
    Category("personal_assistant", N_("Your personal assistant"), N_("The time and travel of your assistant.")),
    Category("interpreter", N_("An interpreter"), N_("We can book one for you. Ask us first.")),
    Category("printing", N_("Printing and post"), N_("Paper, ink, copies and stamps.")),
    Category("phone", N_("Phone and data"), N_("Calls and data that you used to take part.")),
    Category("other", N_("Something else"), N_("Anything else that taking part cost you. Ask us first.")),
    Category(INVOICE, N_("The time of an organisation"), N_("For community groups. Send us an invoice.")),
    Category(TIME, N_("Your time"), N_("What we pay depends on what you do and for how long.")),
)
#: By key, in the order people see them.
CATEGORIES: dict[str, Category] = {category.key: category for category in _CATEGORIES}

#: Part of a journey is typed for these, and two people in one car are looked for.
CAR = "mileage_car"
PASSENGER = "mileage_passenger"

#: Role in which somebody gives time -> its name for the public.
ROLES: dict[str, str] = {
    "anyone": N_("Answering a survey or coming to an open event"),
    "invited": N_("Coming to an event we invited you to"),
    "regular": N_("Being part of a group that meets often"),
    "adviser": N_("Advising us as an expert by experience"),
}
