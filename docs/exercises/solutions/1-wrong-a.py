import garden

water = garden.soil("tomates")
if water > 25:
    print("I am thirsty")
else:
    print("All is well")
