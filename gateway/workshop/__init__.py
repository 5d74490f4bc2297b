"""Workshops: dated sessions of groups that are plants, each with a sandbox, erased at the end.

All that groups make lives in one folder of its workshop, apart from the garden's databases and its
backups: what is erased is that folder.
"""
