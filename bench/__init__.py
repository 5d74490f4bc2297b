"""What ``make bench`` measures: figures of one run on one machine, as ratios where speeds are
compared, and never asserted in a test.
"""
