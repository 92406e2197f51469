"""Reading other people's spreadsheets. Pure: cells in, values or questions out."""
