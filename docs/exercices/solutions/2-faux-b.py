import jardin

mesures = jardin.historique("serre", jours=1, quoi="temperature")

bonnes = []
for mesure in mesures:
    if mesure <= 25:
        bonnes.append(mesure)

print("moyenne", round(sum(bonnes) / len(bonnes), 1))
print("bizarres", len(mesures) - len(bonnes))
