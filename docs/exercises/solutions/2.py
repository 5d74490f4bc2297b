import garden

measures = garden.history("serre", days=1, what="temperature")
median = sorted(measures)[len(measures) // 2]

good = []
for measure in measures:
    if abs(measure - median) <= 20:
        good.append(measure)

print("mean", round(sum(good) / len(good), 1))
print("odd", len(measures) - len(good))
