water = 18
if water < 25:
    print("I am thirsty")
else:
    print("All is well")
