import jardin

SURFACE = 2

jours = jardin.journal("tomates", jours=5)
manque = jours[0]["manque"]
for jour in jours:
    manque = manque + jour["soif"] - jour["arrosage"]

print("manque", round(manque, 1), "mm")
print("litres", round(manque * SURFACE, 1))
