"""The web interface for programs: ``/api/v1``, one module per noun."""
