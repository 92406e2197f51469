"""What comes into the shop from spreadsheets: uploaded, matched, checked, imported row by row, and taken back within seven days."""
