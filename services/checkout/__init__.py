"""The one orchestrator of a sale: quote → tenders → order, and what any scanned code is.

Words: a *quote* is a priced cart that holds for a while and explains each step; it becomes an *order* when its due is tendered.
"""
