"""Turn a Scene into light and sound: the glass, its pixels, its power, its tones."""
