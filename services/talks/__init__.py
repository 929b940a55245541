"""The talk with a person: what comes in is stepped and answered in one transaction, a colleague takes over, silence
goes on. Above all subjects.
"""
