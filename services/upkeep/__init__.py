"""What keeps the machine honest: its pulse, restores, the chain of the audit, the stop list outside, the jobs and their
last runs.
"""
