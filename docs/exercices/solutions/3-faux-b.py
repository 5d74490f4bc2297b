import jardin

mesures = jardin.historique("verger", jours=1, quoi="temperature")
suspect = "aucun"
if abs(jardin.temperature("meteo") - mesures[-1]) > 2:
    suspect = "verger"

print("à vérifier :", suspect)
