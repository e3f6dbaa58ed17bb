"""How like its population the panel is: features, targets, counts that may be shown, measures, whom to recruit next.

`comparing.compare` puts it together; formulas and their sources are in docs/representativeness.md.
"""
