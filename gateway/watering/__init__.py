"""Water today? Readings and beds in, advice out: pure functions of their arguments.

No clock, no database, no network, and nothing but the standard library. The same inputs give the
same advice, byte for byte, in any time zone and language.
"""
