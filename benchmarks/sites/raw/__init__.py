"""A plain Django view of 12.5 kB behind the seven usual middlewares: what everything else is measured by."""
