import jardin

eau = jardin.sol("tomates")
if eau < 25:
    print("J'ai soif")
else:
    print("Tout va bien")
