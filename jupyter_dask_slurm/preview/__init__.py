"""What a request would come to, without starting anything."""
