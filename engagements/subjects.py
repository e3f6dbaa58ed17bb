"""The subjects an engagement can be about: the one list, from which people choose what to read."""

from __future__ import annotations

from core.errors import N_

SUBJECTS: dict[str, str] = {
    "gp": N_("GP surgeries"),
    "hospitals": N_("Hospitals"),
    "urgent_care": N_("Urgent and emergency care"),
    "mental_health": N_("Mental health"),
    "maternity": N_("Pregnancy, birth and babies"),
    "children": N_("Children and young people"),
    "older_people": N_("Older people"),
    "disability": N_("Disability and long-term conditions"),
    "carers": N_("Carers"),
    "cancer": N_("Cancer"),
    "dentists": N_("Dentists"),
    "pharmacies": N_("Pharmacies"),
    "community": N_("Care at home and in the community"),
    "prevention": N_("Staying well"),
    "digital": N_("Online services and records"),
    "buildings": N_("Buildings and places"),
    "fairness": N_("Fair access to care"),
}
