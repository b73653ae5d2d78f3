"""What this site offers, and what holds where nobody says anything."""
