"""The notice board: menu and activities of a week, free beds, prices; what has run out is never said (A8)."""
