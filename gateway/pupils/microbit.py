# Un micro:bit dit chaque seconde ce qu'il mesure, par son câble USB, en lignes « nom:valeur ».
# A micro:bit says each second what it measures, on its USB cable, in lines "name:value".
#
# Dans node.toml, sur l'ordinateur où va le câble · In node.toml, where the cable goes:
#   [[sensors]]
#   type = "microbit"
#   channels = ["light", "temp=air_temperature", "soil=soil_moisture_raw"]
#
# Une sonde de sol va sur les broches 3V, GND et 0 ; sans elle, ôtez la ligne « soil ».
# A soil probe goes on the pins 3V, GND and 0; without one, take out the line "soil".
from microbit import display, pin0, sleep, temperature

while True:
    print("light:" + str(display.read_light_level()))
    print("temp:" + str(temperature()))
    print("soil:" + str(round(pin0.read_analog() / 1023, 3)))
    sleep(1000)
