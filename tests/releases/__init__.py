"""Programs that were released, and what must go on when one takes the place of another."""
