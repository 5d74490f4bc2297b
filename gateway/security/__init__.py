"""Who may do what: roles, passphrases, codes, sessions, tokens, and what was done with them.

Nothing here knows of the web: ``gateway.api.guard`` asks for each request. No account and no name
is kept: a key is a role, or a program's label.
"""
