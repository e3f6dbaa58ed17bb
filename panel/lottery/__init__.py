"""A lottery that meets every quota exactly, is as fair as the quotas allow, and can be checked by anyone.

The method is leximin selection (Flanigan, Gölz, Gupta, Hennig, Procaccia: Fair algorithms for selecting citizens'
assemblies, Nature 596, 2021), made to work on a large standing panel by treating people with the same features as
interchangeable. Nothing here knows the web or the database: files and values in, results out.
"""
