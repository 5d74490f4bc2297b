import garden

measures = garden.history("serre", days=1, what="temperature")

good = []
for measure in measures:
    if measure <= 25:
        good.append(measure)

print("mean", round(sum(good) / len(good), 1))
print("odd", len(measures) - len(good))
