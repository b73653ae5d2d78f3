"""What is written from the models of the wire, for other languages and for people; no part of the package."""
