import jardin

suspect = "aucun"
for lieu in ("meteo", "verger"):
    mesures = jardin.historique(lieu, jours=1, quoi="temperature")
    etendue = max(mesures) - min(mesures)
    if etendue < 1:
        suspect = lieu

print("à vérifier :", suspect)
