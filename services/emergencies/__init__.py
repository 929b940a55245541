"""What rings: alarms and their ends, the board that each process shows, what their messages say, what came and cannot
be read.
"""
