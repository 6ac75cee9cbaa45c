"""The names of the engines that the program comes with, as results carry them."""

SUMO = "sumo"
QUEUE = "queue"
