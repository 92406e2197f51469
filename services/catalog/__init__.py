"""What the shop sells: categories, products, options, prices, pictures, availability.

Words: an *option* (规格) is a question a product asks (size, flavour), a *choice* one answer with its price difference;
*sold out* (售罄) is for today at one store, *not available* means the store does not sell it.
"""
