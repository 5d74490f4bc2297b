import garden

measures = garden.history("verger", days=1, what="temperature")
suspect = "none"
if abs(garden.temperature("meteo") - measures[-1]) > 2:
    suspect = "verger"

print("to check :", suspect)
