import datetime as dt

MARCH_3 = dt.date(2026, 3, 3)
