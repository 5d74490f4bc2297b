import garden

if garden.temperature("meteo") < garden.temperature("verger"):
    suspect = "meteo"
else:
    suspect = "verger"

print("to check :", suspect)
