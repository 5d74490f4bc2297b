import jardin

if jardin.temperature("meteo") < jardin.temperature("verger"):
    suspect = "meteo"
else:
    suspect = "verger"

print("à vérifier :", suspect)
