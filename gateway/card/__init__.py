"""The card: what a volunteer's computer writes on a freshly written card of Raspberry Pi OS."""
