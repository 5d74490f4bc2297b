import jardin

mesures = jardin.historique("serre", jours=1, quoi="temperature")
mediane = sorted(mesures)[len(mesures) // 2]

bonnes = []
for mesure in mesures:
    if abs(mesure - mediane) <= 20:
        bonnes.append(mesure)

print("moyenne", round(sum(bonnes) / len(bonnes), 1))
print("bizarres", len(mesures) - len(bonnes))
