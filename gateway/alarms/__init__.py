"""The alerts at work: looked for in the garden's present, kept, shown, and sent.

``lookout`` asks store and catalogue what there is to see, the pure rules of ``gateway.alerts``
judge it, ``records`` keeps each alert with its beginning and end, ``alarms`` does it all in turn;
``live`` and ``board`` show, ``outbox``, ``post`` and ``courier`` send.
"""
