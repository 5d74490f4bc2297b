"""The garden's beds: what they are, what watches them, who watered them, and what was advised.

The rule itself is in ``gateway.watering``, which knows no clock, no database and no network; here
is what it is told, and what becomes of its answers.
"""
