"""Who is on duty where and when, and on which days and hours the desk works (L6, N8)."""
