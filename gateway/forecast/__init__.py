"""The weather that is expected, from Open-Meteo, for a garden that has internet and wants it."""
