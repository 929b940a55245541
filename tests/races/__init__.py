"""Two deciding acts at once: a table of all acts with their rivals, and for each pair of rivals what may come of it
(engineering 21).
"""
