"""Pages and what stands on them.

Answers: does this page have its text, or must it be read as an image; and what does the image say?
May import: ``engine.document``, ``engine.errors`` and ``engine.settings``.
Never here: what a file is (``loaders.document``), where readings are kept, and what readers ask.
Tesseract is called through pytesseract alone (``tesseract.py``).
"""
