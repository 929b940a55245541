"""What console and pages share: sessions, CSRF, CSP, errors, static files."""
