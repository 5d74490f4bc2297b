import garden

AREA = 2

days = garden.diary("tomates", days=5)
missing = days[0]["missing"]
for day in days:
    missing = missing + day["thirst"] - day["rain"] - day["given"]
    missing = max(0, missing)

print("missing", round(missing, 1), "mm")
print("litres", round(missing * AREA, 1))
garden.advice("tomates")
