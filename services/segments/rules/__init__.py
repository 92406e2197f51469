"""Pure rules of segments: what conditions ask, trees of them, RFM classes, the presets a shop starts with."""
