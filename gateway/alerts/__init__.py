"""What a gardener must hear of: when it begins and ends, in which words, in how few messages.

Pure: no clock, no database, no network. ``gateway.alarms`` is the part that runs.
"""
