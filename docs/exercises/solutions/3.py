import garden

suspect = "none"
for place in ("meteo", "verger"):
    measures = garden.history(place, days=1, what="temperature")
    spread = max(measures) - min(measures)
    if spread < 1:
        suspect = place

print("to check :", suspect)
