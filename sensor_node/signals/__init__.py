"""At the bed: a lamp and a buzzer that show the advice of the day and the node's own trouble.

Who stands in the garden without a phone sees whether there is something to do today, nothing, or
whether the node needs help. What is shown is decided by pure functions of the advices, the
troubles and the time (``signs``, ``chimes``); ``display`` alone touches pins.
"""
