"""The keys of the machines: authority, certificates, the broker's accounts and rights, joining."""
