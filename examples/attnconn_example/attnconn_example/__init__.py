"""An example of a package that adds to attnconn: one module per addition."""
