"""Looking up products: for pages (`ProductView`), for lists (`ProductLine`), and lean for a sale (`SaleProduct`)."""

from services.catalog.queries.lines import ProductLine, State, Stock, count_products, get_line, list_lines
from services.catalog.queries.parts import Choice, Option
from services.catalog.queries.past import PastProduct, load_past
from services.catalog.queries.sale import SaleProduct, find_by_barcode, load_for_sale
from services.catalog.queries.views import (
    ProductView,
    get_category,
    get_product,
    list_categories,
    list_for_store,
    list_known,
    list_newest,
    list_pictures,
    list_products,
)

__all__ = [
    "Choice",
    "Option",
    "PastProduct",
    "ProductLine",
    "ProductView",
    "SaleProduct",
    "State",
    "Stock",
    "count_products",
    "find_by_barcode",
    "get_category",
    "get_line",
    "get_product",
    "list_categories",
    "list_for_store",
    "list_known",
    "list_lines",
    "list_newest",
    "list_pictures",
    "list_products",
    "load_for_sale",
    "load_past",
]
