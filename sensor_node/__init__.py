"""What runs on the Raspberry Pi in the bed: sensors, outbox, uplink; and the contract in code.

Importing this package imports nothing else: a driver, a bus or a library is loaded by the
module that needs it, when it is needed.
"""

__version__ = "0.1.0"
