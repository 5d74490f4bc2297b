eau = 18
if eau < 25:
    print("J'ai soif")
else:
    print("Tout va bien")
