"""The catalogue of what translators translate (scripts/catalogue), and the tests of translating."""
